/**
 * Entry of a worker thread: does the one task it was started with, tells progress, answers once, ends. Listens to nothing
 * but a cancellation. What a task is, worker-protocol.ts says.
 */
import { parentPort, workerData } from "node:worker_threads";

import { AppError } from "#common/errors.ts";

import { rebuildDerivedData } from "../../db/index.ts";
import { importRunFile } from "./import-run-file.ts";
import { reportRun, summariseRun } from "./run-summary.ts";
import type { Progress, WorkerReply, WorkerTask } from "./worker-protocol.ts";
import { CANCEL } from "./worker-protocol.ts";

const task = workerData as WorkerTask;
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");

const reply = (message: WorkerReply): void => port.postMessage(message);
const controller = new AbortController();
port.on("message", (message) => {
  if (message === CANCEL) controller.abort(new Error("cancelled"));
});
port.unref(); // listening for a cancellation alone keeps no worker alive

async function runTask(): Promise<unknown> {
  switch (task.kind) {
    case "import":
      return importRunFile(task, {
        signal: controller.signal,
        onProgress: (progress: Progress) => reply({ type: "progress", progress }),
      });
    case "summarise":
      return summariseRun(task.path);
    case "rebuild":
      rebuildDerivedData(task.path);
      return undefined;
    case "report":
      return reportRun(task.path, task.scope);
  }
}

try {
  reply({ type: "done", result: await runTask() });
} catch (error) {
  if (controller.signal.aborted) reply({ type: "cancelled" });
  else if (error instanceof AppError) reply({ type: "failed", failure: error.fields });
  else if (error instanceof Error) reply({ type: "bug", message: error.message, stack: error.stack });
  else reply({ type: "bug", message: String(error), stack: undefined });
}
