/** Stands in for worker.ts and does what real workers do on bad days; the task's path says which. */
import { parentPort, workerData } from "node:worker_threads";

const { path } = workerData as { path: string };
parentPort?.postMessage({ type: "progress", progress: { step: "started", share: 0 } });

switch (path.replace(/^.*\//, "")) {
  case "exits":
    process.exit(3);
    break;
  case "throws":
    throw new Error("the floor is lava");
  case "runs-out-of-memory": {
    const hoard: unknown[] = [];
    for (;;) hoard.push(new Array(1000).fill(hoard.length));
  }
  case "answers-nothing":
    break;
  case "hears-nothing":
    for (;;); // never looks at its messages
  case "waits":
    // Until it is told to cancel.
    parentPort?.on("message", () => {
      parentPort?.postMessage({ type: "cancelled" });
      parentPort?.close();
    });
    break;
  case "buggy":
    parentPort?.postMessage({ type: "bug", message: "x is undefined", stack: "somewhere" });
    break;
  default:
    parentPort?.postMessage({ type: "failed", failure: { code: "unknown-format", what: "never seen" } });
}
