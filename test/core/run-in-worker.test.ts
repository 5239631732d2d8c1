/** Whatever a worker does, the backend's thread gets an answer and goes on. */
import { expect, test } from "vitest";

import type { RunInWorkerOptions } from "../../main/core/run-in-worker.ts";
import { runInWorker } from "../../main/core/run-in-worker.ts";

const entry = new URL("./workers/misbehaving.ts", import.meta.url);
const run = (path: string, options: RunInWorkerOptions = {}): Promise<unknown> =>
  runInWorker({ kind: "summarise", path }, { entry, ...options });

test.each(["exits", "throws", "answers-nothing"])("a worker that %s is a failure with a name", async (path) => {
  await expect(run(path)).rejects.toMatchObject({ name: "AppError", code: "worker-died" });
});

test("what a dying worker said last is in the message", async () => {
  await expect(run("throws")).rejects.toThrow("the floor is lava");
});

test("a worker without memory dies alone", async () => {
  await expect(run("runs-out-of-memory", { heapMb: 32 })).rejects.toMatchObject({ code: "worker-died" });
});

test("an expected failure crosses as it is, a bug as a plain error", async () => {
  await expect(run("fails")).rejects.toMatchObject({ name: "AppError", fields: { what: "never seen" } });
  await expect(run("buggy")).rejects.toMatchObject({ name: "Error", message: "x is undefined" });
});

test.each([
  ["that listens ends by itself", "waits", 60_000],
  ["that hears nothing is ended", "hears-nothing", 0],
])("a cancelled worker %s, and the caller gets its own reason", async (_name, path, graceMs) => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = (): void => controller.abort(reason);
  await expect(run(path, { signal: controller.signal, graceMs, onProgress })).rejects.toBe(reason);
});

test("a signal that is aborted already starts no worker", async () => {
  const reason = new Error("too late");
  await expect(run("waits", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
