/** Stops, crashes and refusals: what was captured is kept, the rest is one clear sentence, and this process goes on. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { DEFAULT_CAPTURE, type CaptureOptions } from "#common/runner-api.ts";

import { listRunnerBackends, previewCapture } from "../../../main/core/capture/ask-runner.ts";
import { captureRun, type CaptureRequest } from "../../../main/core/capture/capture-run.ts";
import { installFakeTensorflow } from "../../native-runner/tensorflow-package.ts";
import { findSwiftshader } from "../../support/swiftshader.ts";
import { readCapturedSpans } from "./captured-spans.ts";

const SLOW_MS = 120_000;

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-capture-"));
  out = path.join(folder, "run.pipewave");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const tiny: CaptureOptions = {
  ...DEFAULT_CAPTURE,
  network: "tiny",
  backend: "wasm",
  inputSize: 32,
  batches: 6,
  workers: 2,
  partition: "even",
};

const capture = (options: Partial<CaptureOptions>, request: Partial<CaptureRequest> = {}) =>
  captureRun({ options: { ...tiny, ...options }, out, ...request });

/** Captures on the fake TensorFlow, which does a deed at its n-th operation. */
const captureOnFake = (deed: string, options: Partial<CaptureOptions> = {}) => {
  installFakeTensorflow(folder);
  return capture(
    { backend: "tensorflow", ...options },
    { cwd: folder, env: { ...process.env, FAKE_TENSORFLOW: deed } },
  );
};

async function failureOf(capturing: Promise<unknown>): Promise<AppError> {
  const error = await capturing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error("no AppError", { cause: error });
  // A person gets a sentence: one line, no stack frames.
  expect(error.message).not.toMatch(/\n|^\s+at /mu);
  return error;
}

const filesLeft = (): string[] => readdirSync(folder).filter((name) => name !== "node_modules");

describe("the tensorflow backend", () => {
  test(
    "is found from the working directory, gets back what Node removed, and computes what plain JavaScript computes",
    { timeout: SLOW_MS },
    async () => {
      const { summary } = await captureOnFake("");
      expect([summary.backend, summary.device]).toEqual(["tensorflow", "@tensorflow/tfjs-node-gpu"]);
      const reference = await capture({ backend: "cpu" }, { replace: true });
      expect(summary.outputHash).toBe(reference.summary.outputHash);
    },
  );

  test("is a shared device of all its workers", { timeout: SLOW_MS }, async () => {
    const { plan } = await captureOnFake("");
    expect(plan.sharedDevice).toBe(true);
  });

  test("that is installed but does not load is one sentence", { timeout: SLOW_MS }, async () => {
    installFakeTensorflow(folder, { source: 'throw new Error("libtensorflow.so.2 is not there\\n    at load")' });
    const failure = await failureOf(capture({ backend: "tensorflow" }, { cwd: folder }));
    expect(failure.code).toBe("backend-unavailable");
    expect(failure.message).toContain("libtensorflow.so.2 is not there");
    expect(filesLeft()).toEqual([]);
  });

  test("that is not installed is one sentence that says what to install", { timeout: SLOW_MS }, async () => {
    const failure = await failureOf(capture({ backend: "tensorflow" }, { cwd: folder }));
    expect([failure.code, failure.message.includes("@tensorflow/tfjs-node-gpu")]).toEqual([
      "backend-unavailable",
      true,
    ]);
    expect(filesLeft()).toEqual([]);
  });
});

/** Operations of one worker, some 6 a batch: long after it began to send spans. */
const LATER = 1_500;

describe("what was captured is kept", () => {
  test.each([
    { deed: "throw", code: "runner-died", says: "the device is on fire" },
    { deed: "memory", code: "out-of-memory", says: "no memory left" },
    { deed: "exit", code: "runner-died", says: "a worker of the pipeline died" },
    { deed: "kill", code: "runner-died", says: "SIGKILL" },
  ])("when a worker does this: $deed", { timeout: SLOW_MS }, async ({ deed, code, says }) => {
    const failure = await failureOf(captureOnFake(`${deed}:${LATER}`, { batches: 10_000 }));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(says);
    expect(failure.message).toContain(out);
    const spans = readCapturedSpans(out);
    expect(spans.filter(({ phase }) => phase === "compute").length).toBeGreaterThan(4);
    expect(filesLeft()).toEqual(["run.pipewave"]);
  });

  test("when a person stops it", { timeout: SLOW_MS }, async () => {
    const stopping = new AbortController();
    const { summary } = await capture(
      { batches: 1_000_000 },
      {
        signal: stopping.signal,
        // A share is told once a batch has come out: spans may come before that.
        onProgress: ({ share = 0 }) => {
          if (share > 0) stopping.abort(new Error("stopped by a person"));
        },
      },
    );
    expect(summary.stopped).toBe(true);
    expect(summary.batches).toBeGreaterThan(0);
    const spans = readCapturedSpans(out);
    // Every batch that came out is there whole: 8 blocks, and in and out of both workers.
    for (let batch = 0; batch < summary.batches; batch++) {
      const work = spans.filter((span) => span.batch === batch && span.phase !== "wait");
      expect({ batch, spans: work.length }).toEqual({ batch, spans: 8 + 2 * 2 });
    }
  });
});

describe("nothing is left behind", () => {
  test("when it is stopped before the first batch", { timeout: SLOW_MS }, async () => {
    const stopping = new AbortController();
    const reason = new Error("stopped by a person");
    const stop = ({ step }: { step: string }): void => {
      if (step === "starting workers") stopping.abort(reason);
    };
    await expect(capture({}, { signal: stopping.signal, onProgress: stop })).rejects.toBe(reason);
    expect(filesLeft()).toEqual([]);
  });

  test("when it was stopped before it began", async () => {
    const reason = new Error("stopped by a person");
    await expect(capture({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(filesLeft()).toEqual([]);
  });

  test.each([
    { options: { inputSize: 100_000 }, code: "out-of-memory" },
    { options: { partition: "0-2,4-7" }, code: "invalid-argument" },
    { options: { workers: 9 }, code: "invalid-argument" },
    { options: { inputSize: 8 }, code: "invalid-argument" },
  ])("when the runner refuses $options", { timeout: SLOW_MS }, async ({ options, code }) => {
    const failure = await failureOf(capture(options));
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain(out);
    expect(filesLeft()).toEqual([]);
  });

  test("when the runner cannot be started", { timeout: SLOW_MS }, async () => {
    const runner = { node: path.join(folder, "no-such-node"), entry: "index.ts" };
    const failure = await failureOf(capture({}, { runner }));
    expect(failure.code).toBe("runner-died");
    expect(filesLeft()).toEqual([]);
  });
});

test("an input too large for the GPU fails instead of giving wrong outputs", { timeout: SLOW_MS }, async (context) => {
  const { env, missing } = findSwiftshader();
  if (env === undefined) return context.skip(missing);
  const failure = await failureOf(capture({ backend: "webgpu", inputSize: 4_096, workers: 1 }, { env }));
  expect(failure.code).toBe("out-of-memory");
  expect(filesLeft()).toEqual([]);
});

test(
  "a file that exists is refused before anything runs, and replaced when told so",
  { timeout: SLOW_MS },
  async () => {
    await capture({});
    expect((await failureOf(capture({}))).code).toBe("file-exists");
    await capture({ batches: 3 }, { replace: true });
    expect(new Set(readCapturedSpans(out).map(({ batch }) => batch))).toEqual(new Set([0, 1, 2]));
  },
);

test("a name that says no format is refused", async () => {
  out = path.join(folder, "run.txt");
  expect((await failureOf(capture({}))).code).toBe("invalid-argument");
  expect(existsSync(out)).toBe(false);
});

describe("the list of backends", () => {
  const byName = async (request: Parameters<typeof listRunnerBackends>[0]) =>
    new Map((await listRunnerBackends(request)).map((backend) => [backend.name, backend]));

  test("names each with its device or with the reason, and what auto takes", { timeout: SLOW_MS }, async () => {
    // No driver is found where the loader is told of one that does not exist.
    const env = { ...process.env, VK_ICD_FILENAMES: "none.json", VK_DRIVER_FILES: "none.json" };
    const backends = await byName({ cwd: folder, env });
    expect([...backends.keys()]).toEqual(["wasm", "webgpu", "tensorflow"]);
    expect(backends.get("wasm")).toMatchObject({ usable: true, chosenByAuto: true });
    expect(backends.get("webgpu")).toMatchObject({ usable: false, chosenByAuto: false });
    expect(backends.get("tensorflow")).toMatchObject({ usable: false, chosenByAuto: false });
    for (const { detail } of backends.values()) expect(detail).not.toMatch(/\n| at /u);
  });

  test("takes TensorFlow on a GPU before wasm", { timeout: SLOW_MS }, async () => {
    installFakeTensorflow(folder);
    const env = { ...process.env, VK_ICD_FILENAMES: "none.json", VK_DRIVER_FILES: "none.json", FAKE_TENSORFLOW: "" };
    const backends = await byName({ cwd: folder, env });
    expect(backends.get("tensorflow")).toMatchObject({ usable: true, chosenByAuto: true });
    expect(backends.get("wasm")).toMatchObject({ chosenByAuto: false });
  });

  test("offers a software GPU, but does not choose it", { timeout: SLOW_MS }, async (context) => {
    const { env, missing } = findSwiftshader();
    if (env === undefined) return context.skip(missing);
    const backends = await byName({ cwd: folder, env });
    expect(backends.get("webgpu")).toMatchObject({ usable: true, chosenByAuto: false });
    expect(backends.get("webgpu")?.detail).toContain("software");
  });
});

describe("the preview of a capture", () => {
  test("shows who would run which blocks, and the time of the slowest worker", { timeout: SLOW_MS }, async () => {
    const { stages, partition, profileNs, predictedIntervalNs, edges } = await previewCapture({
      ...tiny,
      partition: "0-2,3-7",
    });
    expect(stages.map(({ worker }) => worker)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    expect(partition).toEqual([
      { first: 0, last: 2 },
      { first: 3, last: 7 },
    ]);
    const times = [profileNs.slice(0, 3), profileNs.slice(3)].map((part) => part.reduce((sum, ns) => sum + ns, 0));
    expect(predictedIntervalNs).toBe(Math.max(...times));
    expect(edges).toContainEqual({ from: 1, to: 3 });
  });

  test("refuses what the capture would refuse", { timeout: SLOW_MS }, async () => {
    expect((await failureOf(previewCapture({ ...tiny, inputSize: 100_000 }))).code).toBe("out-of-memory");
    expect((await failureOf(previewCapture({ ...tiny, partition: "0-2" }))).code).toBe("invalid-argument");
  });
});
