/**
 * The list of long work: what runs, how far it is, how it ended. At most a few jobs run at once, the others wait their turn.
 * Knows nothing of imports: a job is a function that takes a signal and tells progress. What a job throws ends that job only.
 */
import type { Job } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { JobId } from "#common/ids.ts";
import { jobId } from "#common/ids.ts";

import type { Progress } from "./worker-protocol.ts";

/** What a job that went well says of itself. */
export type JobResult = Pick<Job, "run" | "report" | "step">;

/** The work itself. Rejects with the signal's reason when cancelled, with an `AppError` for an expected failure. */
export type JobWork = (context: {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}) => Promise<JobResult>;

export interface Jobs {
  start(job: { readonly kind: Job["kind"]; readonly title: string; readonly work: JobWork }): JobId;
  /** Does nothing to a job that has ended. @throws AppError unknown-job */
  cancel(id: JobId): void;
  /** In the order they were started; ended ones are kept as long as there are not too many. */
  list(): readonly Job[];
  /** Fulfilled with the job when it has ended. @throws AppError unknown-job */
  whenEnded(id: JobId): Promise<Job>;
  /** Cancels everything; fulfilled when nothing runs any more. */
  close(): Promise<void>;
}

interface Entry {
  job: Job;
  readonly controller: AbortController;
  readonly ended: Promise<Job>;
  shownAtMs: number;
}

const KEPT_JOBS = 100;
/** Progress is told at most this often: a person cannot read faster, and every tab hears it. */
const PROGRESS_INTERVAL_MS = 80;

export function createJobs({
  onChange,
  atOnce = 2,
}: {
  readonly onChange: (job: Job) => void;
  /** Jobs that run at the same time; each has a thread of its own. */
  readonly atOnce?: number;
}): Jobs {
  const entries = new Map<JobId, Entry>();
  const turn = createTurns(atOnce);
  let nextId = 1;

  const change = (entry: Entry, job: Job): void => {
    entry.job = job;
    onChange(job);
  };

  const showProgress = (entry: Entry, progress: Progress): void => {
    if (entry.job.state !== "running") return;
    const isNewRun = progress.run !== undefined && progress.run !== entry.job.run;
    entry.job = { ...entry.job, ...progress };
    const nowMs = performance.now();
    if (nowMs - entry.shownAtMs < PROGRESS_INTERVAL_MS && !isNewRun) return;
    entry.shownAtMs = nowMs;
    onChange(entry.job);
  };

  const run = async (entry: Entry, work: JobWork): Promise<Job> => {
    const { signal } = entry.controller;
    const { id, kind, title } = entry.job;
    try {
      const result = await turn(signal, () =>
        work({ signal, onProgress: (progress) => showProgress(entry, progress) }),
      );
      change(entry, { id, kind, title, state: "done", share: 1, ...result });
    } catch (error) {
      const { run } = entry.job; // what was captured before the failure is kept
      const kept = run === undefined ? {} : { run };
      if (signal.aborted) change(entry, { id, kind, title, state: "cancelled" });
      else change(entry, { id, kind, title, state: "failed", failure: failureOf(error), ...kept });
    }
    forgetOldest(entries);
    return entry.job;
  };

  const find = (id: JobId): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new AppError({ code: "unknown-job", what: `there is no job ${String(id)}` });
    return entry;
  };

  return {
    start({ kind, title, work }) {
      const id = jobId(nextId++);
      const { promise: ended, resolve } = Promise.withResolvers<Job>();
      const job: Job = { id, kind, title, state: "running", step: "waiting" };
      const entry: Entry = { job, controller: new AbortController(), ended, shownAtMs: -Infinity };
      entries.set(id, entry);
      onChange(job);
      void run(entry, work).then(resolve);
      return id;
    },
    cancel(id) {
      find(id).controller.abort(new Error("the job was cancelled"));
    },
    list: () => [...entries.values()].map(({ job }) => job),
    whenEnded: (id) => find(id).ended,
    async close() {
      for (const { controller } of entries.values()) controller.abort(new Error("the backend closes"));
      await Promise.all([...entries.values()].map(({ ended }) => ended));
    },
  };
}

/** Lets `atOnce` pieces of work run at a time, the others in the order they came. */
function createTurns(atOnce: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  const waitForTurn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the signal's
        reject(signal.reason);
      };
      waiting.push(enter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  return async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
    if (running < atOnce) running++;
    else await waitForTurn(signal); // the one that leaves hands its place over
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** An `AppError` says it itself; anything else is a bug, whose message is all that a person can use. */
function failureOf(error: unknown): AppErrorFields {
  if (error instanceof AppError) return error.fields;
  const why = error instanceof Error ? error.message : String(error);
  return { code: "worker-died", what: `the work ended with a bug: ${why}`, todo: "report it with the file" };
}

function forgetOldest(entries: Map<JobId, Entry>): void {
  for (const [id, { job }] of entries) {
    if (entries.size <= KEPT_JOBS) return;
    if (job.state !== "running") entries.delete(id);
  }
}
