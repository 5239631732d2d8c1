/** `pipewave capture` as a process: documents, exit codes, and Ctrl-C that keeps what was captured. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { CAPTURE_OPTION_SPECS } from "#common/capture-options.ts";

import { openRun } from "../../db/index.ts";
import { installFakeTensorflow } from "../native-runner/tensorflow-package.ts";

const SLOW_MS = 120_000;
const cli = fileURLToPath(new URL("../../main/cli/index.ts", import.meta.url));
const runner = fileURLToPath(new URL("../../native-runner/index.ts", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-cli-capture-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  spawnSync(process.execPath, [cli, "capture", ...args], { cwd: folder, encoding: "utf8" });
const small = ["--network", "tiny", "--input-size", "32", "--batches", "6", "--backend", "wasm"];

test("prints the document of DESIGN §7 and writes a run file", { timeout: SLOW_MS }, () => {
  const { status, stdout, stderr } = run(...small, "--workers", "3", "--json", "-o", "a.pipewave");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect(document).toMatchObject({
    file: "a.pipewave",
    network: "tiny",
    backend: "wasm",
    mode: "pipelined",
    workers: 3,
    batches: 6,
  });
  expect(Object.keys(document).toSorted()).toEqual(
    [
      "backend",
      "batches",
      "device",
      "file",
      "imagesPerSecond",
      "mode",
      "network",
      "outputHash",
      "partition",
      "recordingShare",
      "workers",
    ].toSorted(),
  );
  const reader = openRun(path.join(folder, "a.pipewave"));
  expect(reader.run.kind).toBe("captured");
  reader.close();
});

test("writes a trace where the name asks for one", { timeout: SLOW_MS }, () => {
  const { status, stdout } = run(...small, "-o", "trace.json.gz");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^trace\.json\.gz: 6 batches on .* images\/s\n$/u);
  expect(readdirSync(folder)).toEqual(["trace.json.gz"]);
});

test("lists what can compute here", { timeout: SLOW_MS }, () => {
  const { status, stdout } = run("--list-backends", "--json");
  expect(status).toBe(0);
  const { backends } = JSON.parse(stdout) as { backends: { name: string; usable: boolean; detail: string }[] };
  expect(backends.map(({ name }) => name)).toEqual(["wasm", "webgpu", "tensorflow"]);
  for (const { detail } of backends) expect(detail.length).toBeGreaterThan(3);
});

test.each([
  { args: ["--network", "alexnet"], status: 2, says: "one of resnet28" },
  { args: ["--workers", "0"], status: 2, says: "a whole number from 1" },
  { args: ["--partition", "halves"], status: 2, says: "balanced, even" },
  { args: [...small, "--input-size", "100000"], status: 1, says: "memory" },
  { args: [...small, "-o", "run.txt"], status: 1, says: "*.pipewave" },
])("refuses $args with exit code $status", { timeout: SLOW_MS }, ({ args, status, says }) => {
  const ended = run(...args);
  expect(ended.status).toBe(status);
  expect(ended.stderr).toContain(says);
  expect(ended.stderr).not.toMatch(/^\s+at /mu);
  expect(readdirSync(folder)).toEqual([]);
});

test("Ctrl-C ends it early with what was captured and exit code 0", { timeout: SLOW_MS }, async () => {
  installFakeTensorflow(folder);
  const options = ["--network", "tiny", "--input-size", "32", "--batches", "1000000", "--backend", "tensorflow"];
  // In a group of its own, because a terminal sends Ctrl-C to the runner too.
  const child = spawn(
    process.execPath,
    [cli, "capture", ...options, "--partition", "even", "--json", "-o", "a.pipewave"],
    {
      cwd: folder,
      env: { ...process.env, FAKE_TENSORFLOW: "mark:400" },
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    },
  );
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await expect.poll(() => existsSync(path.join(folder, "mark")), { timeout: 60_000 }).toBe(true);
  process.kill(-(child.pid as number), "SIGINT");
  expect(await ended).toBe(0);
  const { batches } = JSON.parse(stdout) as { batches: number };
  expect(batches).toBeGreaterThan(0);
  expect(batches).toBeLessThan(1_000_000);
  const reader = openRun(path.join(folder, "a.pipewave"));
  expect(reader.spanCount).toBeGreaterThan(8 * batches);
  reader.close();
});

describe("the help", () => {
  test("of the command and of the runner list the same options of a capture", { timeout: SLOW_MS }, () => {
    const ofCommand = run("--help").stdout;
    const ofRunner = spawnSync(process.execPath, [runner, "--help"], { encoding: "utf8" }).stdout;
    for (const { flag, placeholder } of CAPTURE_OPTION_SPECS) {
      expect(ofCommand).toContain(`--${flag} <${placeholder}>`);
      expect(ofRunner).toContain(`--${flag} <${placeholder}>`);
    }
  });
});
