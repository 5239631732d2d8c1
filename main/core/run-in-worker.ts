/**
 * Runs one task in a worker thread of its own, so that nothing it does (a long loop, a crash, no memory left) can hold up
 * or end the backend. Cancelling asks first; a worker that does not answer within the grace period is ended.
 */
import { Worker } from "node:worker_threads";

import { AppError } from "#common/errors.ts";

import type { Progress, TaskResults, WorkerReply, WorkerTask } from "./worker-protocol.ts";
import { CANCEL } from "./worker-protocol.ts";

export interface RunInWorkerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Entry of the worker; another one than worker.ts only in tests. */
  readonly entry?: URL;
  /** How long a cancelled worker may take to clean up after itself. */
  readonly graceMs?: number;
  /** A worker that needs more memory than this has lost control of it: it is ended, the backend goes on. */
  readonly heapMb?: number;
}

export const workerEntry = new URL("./worker.ts", import.meta.url);
const DEFAULT_HEAP_MB = 4096;

/** @throws AppError what the task throws, or `worker-died`; the signal's reason when cancelled; a bug's message as an Error */
export function runInWorker<Kind extends WorkerTask["kind"]>(
  task: WorkerTask & { readonly kind: Kind },
  { signal, onProgress, entry = workerEntry, graceMs = 3000, heapMb = DEFAULT_HEAP_MB }: RunInWorkerOptions = {},
): Promise<TaskResults[Kind]> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(entry, {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    // What settles the promise; kept until the thread has ended, so that by then its files are closed.
    let settle = (): void => reject(workerDied(task.path, "it ended without an answer"));
    let graceTimer: NodeJS.Timeout | undefined;

    const cancel = (): void => {
      worker.postMessage(CANCEL);
      graceTimer = setTimeout(() => void worker.terminate(), graceMs);
    };
    signal?.addEventListener("abort", cancel, { once: true });

    worker.on("message", (reply: WorkerReply) => {
      switch (reply.type) {
        case "progress":
          if (signal?.aborted !== true) onProgress?.(reply.progress);
          break;
        case "done":
          settle = () => resolve(reply.result as TaskResults[Kind]);
          break;
        case "failed":
          settle = () => reject(new AppError(reply.failure));
          break;
        case "bug":
          settle = () => reject(new Error(reply.message, { cause: reply.stack }));
          break;
        case "cancelled":
          break; // the signal's reason is told below
      }
    });
    worker.on("error", (error) => {
      settle = () => reject(workerDied(task.path, error instanceof Error ? error.message : String(error), error));
    });
    worker.on("exit", () => {
      clearTimeout(graceTimer);
      signal?.removeEventListener("abort", cancel);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is whatever the caller gave
      if (signal?.aborted === true) reject(signal.reason);
      else settle();
    });
  });
}

function workerDied(file: string, why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: "worker-died",
      what: `the worker that read the file died: ${why}`,
      where: { file },
      todo: "try again, and report the file if it happens again",
    },
    { cause },
  );
}
