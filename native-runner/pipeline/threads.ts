/** Worker threads as the driver sees them: ready, spans, ended, or failed. */
import { Worker } from "node:worker_threads";
import { AppError } from "#common/errors.ts";
import type { RecordedSpans } from "#common/runner-api.ts";
import type { WorkerMessage, WorkerTask } from "./worker-thread.ts";

type Message<Type extends WorkerMessage["type"]> = Extract<WorkerMessage, { type: Type }>;

export interface RunningWorker {
  readonly ready: Promise<Message<"ready">>;
  /** Resolves after all spans were given to the listener. */
  readonly ended: Promise<Message<"ended">>;
  /** Never resolves; rejects with an AppError when the worker fails or dies. */
  readonly failure: Promise<never>;
  /** Ends the thread, also in the middle of something. */
  end(): Promise<void>;
}

function startThread(
  task: WorkerTask,
  hear: (message: WorkerMessage) => void,
): { thread: Worker; failure: Promise<never> } {
  const thread = new Worker(new URL("./worker-thread.ts", import.meta.url), { workerData: task });
  const failure = new Promise<never>((_, reject) => {
    thread.on("message", (message: WorkerMessage) => {
      if (message.type === "failed") reject(new AppError(message.failure));
      else hear(message);
    });
    thread.on("error", (error) => {
      reject(describeDeath(error instanceof Error ? error.message : String(error)));
    });
    thread.on("exit", (code) => {
      reject(describeDeath(`it ended with code ${code}`));
    });
  });
  // Whoever waits for the worker hears of it through the other promises; nobody may be waiting any more.
  failure.catch(() => undefined);
  return { thread, failure };
}

const describeDeath = (reason: string): AppError =>
  new AppError({
    code: /memory|heap/iu.test(reason) ? "out-of-memory" : "runner-died",
    what: `a worker of the pipeline died: ${reason}`,
  });

/** Starts one worker of the pipeline; `spans` gets its spans in the order they ended, warm-up included. */
export function startWorker(
  task: Extract<WorkerTask, { type: "run" }>,
  { spans }: { spans: (spans: RecordedSpans) => void },
): RunningWorker {
  const ready = Promise.withResolvers<Message<"ready">>();
  const ended = Promise.withResolvers<Message<"ended">>();
  const { thread, failure } = startThread(task, (message) => {
    if (message.type === "ready") ready.resolve(message);
    if (message.type === "ended") ended.resolve(message);
    if (message.type === "spans") spans(message.spans);
  });
  return {
    ready: ready.promise,
    ended: ended.promise,
    failure,
    end: async () => {
      await thread.terminate();
    },
  };
}

/** Runs a profile task in a thread of its own. @throws AppError; the signal's reason when it is aborted meanwhile */
export async function profileInWorker(
  task: Extract<WorkerTask, { type: "profile" }>,
  { signal }: { signal: AbortSignal },
): Promise<readonly number[]> {
  const profile = Promise.withResolvers<readonly number[]>();
  const { thread, failure } = startThread(task, (message) => {
    if (message.type === "profile") profile.resolve(message.profileNs);
  });
  try {
    return await Promise.race([profile.promise, failure, rejectWhenAborted(signal)]);
  } finally {
    await thread.terminate();
  }
}

/** Rejects with the signal's reason; never resolves. */
export function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    const give = (): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the signal's
      reject(signal.reason);
    };
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}
