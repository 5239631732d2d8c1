/**
 * Entry of a worker thread: does the one task it was started with, tells progress, answers once, ends. Listens to nothing
 * but a cancellation. What a task is, worker-protocol.ts says.
 */
import { parentPort, workerData } from "node:worker_threads";

import { AppError } from "#common/errors.ts";

import { rebuildDerivedData } from "../../db/index.ts";
import { compareRunFiles } from "./compare/compare-files.ts";
import { collectFile } from "./import/folder/collect-file.ts";
import { listTransferables } from "./import/folder/trace-part.ts";
import type { TracePart } from "./import/folder/trace-part.ts";
import { previewRules } from "./import/recognise/preview-rules.ts";
import { importFolderFile, importRunFile, recogniseRunFile, withRun } from "./import-run-file.ts";
import { matrixOfFile } from "./matrix/matrix-of-file.ts";
import { areaOfFile, findInFile } from "./read-area.ts";
import { explainRun, reportRun, summariseRun } from "./run-summary.ts";
import { answerFromFile, deriveToFile, simulateToFile } from "./simulate/run-files.ts";
import { serveSimulations } from "./simulate/simulation-thread.ts";
import type { Progress, SimulationsTask, WorkerReply, WorkerTask } from "./worker-protocol.ts";
import { CANCEL } from "./worker-protocol.ts";

const task = workerData as WorkerTask | SimulationsTask;
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread only");

const reply = (message: WorkerReply, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
const controller = new AbortController();
port.on("message", (message) => {
  if (message === CANCEL) controller.abort(new Error("cancelled"));
});
port.unref(); // listening for a cancellation alone keeps no worker alive

async function runTask(task: WorkerTask): Promise<unknown> {
  switch (task.kind) {
    case "import":
      return importRunFile(task, {
        signal: controller.signal,
        onProgress: (progress: Progress) => reply({ type: "progress", progress }),
      });
    case "import-folder":
      return importFolderFile(task, {
        signal: controller.signal,
        onProgress: (progress: Progress) => reply({ type: "progress", progress }),
      });
    case "preview-rules":
      return withRun(task.path, (reader) => previewRules(reader, task.rules));
    case "recognise-again":
      return recogniseRunFile(task, {
        signal: controller.signal,
        onProgress: (progress: Progress) => reply({ type: "progress", progress }),
      });
    case "collect":
      return collectFile(task, {
        signal: controller.signal,
        onProgress: (progress: Progress) => reply({ type: "progress", progress }),
      });
    case "summarise":
      return summariseRun(task.path);
    case "rebuild":
      rebuildDerivedData(task.path);
      return undefined;
    case "area":
      return areaOfFile(task.path, task.query);
    case "find":
      return findInFile(task.path, task.query);
    case "report":
      return reportRun(task.path, task.scope);
    case "matrix":
      return matrixOfFile(task.path, task.choice);
    case "explain":
      return explainRun(task.path, task.scope);
    case "simulate":
      return simulateToFile(task.task, task.path);
    case "what-if":
      return answerFromFile(task);
    case "derive":
      return deriveToFile(task, task.out);
    case "compare":
      return compareRunFiles({ a: task.path, b: task.pathB }, task.scope);
  }
}

if (task.kind === "simulations") serveSimulations(port);
else await answerOnce(task);

async function answerOnce(once: WorkerTask): Promise<void> {
  try {
    const result = await runTask(once);
    reply({ type: "done", result }, once.kind === "collect" ? listTransferables(result as TracePart) : []);
  } catch (error) {
    if (controller.signal.aborted) reply({ type: "cancelled" });
    else if (error instanceof AppError) reply({ type: "failed", failure: error.fields });
    else if (error instanceof Error) reply({ type: "bug", message: error.message, stack: error.stack });
    else reply({ type: "bug", message: String(error), stack: undefined });
  }
}
