/** Child process of interrupted.test.ts: imports, says each step, and stops at Ctrl-C as commands do. */
import { importTrace } from "../../../main/core/import/import-trace.ts";

const [path, out] = process.argv.slice(2);
const controller = new AbortController();
process.on("SIGINT", () => controller.abort(new Error("interrupted")));
/** Each step waits a moment for the signal, so that it always comes in the middle. */
const pause = new Int32Array(new SharedArrayBuffer(4));

try {
  await importTrace({
    path,
    out,
    signal: controller.signal,
    onProgress: ({ step }) => {
      process.stdout.write(`${step}\n`);
      Atomics.wait(pause, 0, 0, 400);
    },
  });
} catch (error) {
  if (!controller.signal.aborted) throw error;
  process.exitCode = 130;
}
