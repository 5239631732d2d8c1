/**
 * What Electron's process and the backend's utility process say to each other: start, a port for a page, stop, and how jobs
 * do. Plain data that any structured clone takes. Calls of the page never come this way: they have the port.
 */
import type { Job } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";

import type { RunnerLocation } from "../core/capture/runner-process.ts";

export interface BackendStart {
  readonly libraryPath: string;
  readonly version: string;
  readonly runner: RunnerLocation;
  /** Where the runner looks for optional backends. */
  readonly runnerFolder: string;
  /** Address of the workers' entry; the sources' own when absent. */
  readonly workerEntry?: string;
}

export type ToBackend =
  | { readonly type: "start"; readonly options: BackendStart }
  /** Comes with one port. */
  | { readonly type: "connect" }
  | { readonly type: "close" };

/** What is needed to show progress and to say what was interrupted. */
export type JobSummary = Pick<Job, "id" | "kind" | "title" | "state" | "share">;

export type FromBackend =
  | { readonly type: "failed"; readonly failure: AppErrorFields }
  | { readonly type: "job"; readonly job: JobSummary }
  /** The page gave a file to import, by its path. */
  | { readonly type: "opened"; readonly path: string }
  /** Answer to `close`: no job, worker or file is left. */
  | { readonly type: "closed" };
