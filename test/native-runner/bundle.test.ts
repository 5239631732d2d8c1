/** The bundle in an empty directory with nothing but the system's PATH: what a person has on a cluster node. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openRun } from "../../db/index.ts";
import { importTrace } from "../../main/core/import/import-trace.ts";

const SLOW_MS = 180_000;
const script = fileURLToPath(new URL("../../native-runner/bundle/bundle-runner.ts", import.meta.url));
const canBundle = process.platform === "linux" && process.arch === "x64";

let folder: string;
let home: string;

beforeAll(() => {
  if (!canBundle) return;
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-bundle-test-"));
  const archive = execFileSync(process.execPath, [script, path.join(folder, "dist")], { encoding: "utf8" }).trim();
  home = path.join(folder, "node");
  mkdirSync(home);
  execFileSync("tar", ["-xzf", archive, "-C", home]);
}, SLOW_MS);
afterAll(() => {
  if (canBundle) rmSync(folder, { recursive: true, force: true });
});

/** Runs the bundle's launcher with PATH as its whole environment; through `unshare` without a network where that is allowed. */
function run(...args: string[]) {
  const launcher = "./pipewave-runner/pipewave-runner";
  const options = { cwd: home, env: { PATH: "/usr/local/bin:/usr/bin:/bin" }, encoding: "utf8" } as const;
  const alone = spawnSync("unshare", ["--net", "true"], options).status === 0;
  return alone ? spawnSync("unshare", ["--net", launcher, ...args], options) : spawnSync(launcher, args, options);
}

describe.skipIf(!canBundle)("the bundle (x86-64 Linux only)", () => {
  test("captures to a trace that opens here", { timeout: SLOW_MS }, async () => {
    const { status, stdout, stderr } = run(
      "--network",
      "tiny",
      "--input-size",
      "32",
      "--batches",
      "4",
      "--workers",
      "2",
      "--json",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      file: "trace.json.gz",
      network: "tiny",
      backend: "wasm",
      batches: 4,
      stopped: false,
    });
    expect(readdirSync(home).toSorted()).toEqual(["pipewave-runner", "trace.json.gz"]);

    const out = path.join(folder, "imported.pipewave");
    await importTrace({ path: path.join(home, "trace.json.gz"), out });
    const reader = openRun(out);
    expect(reader.stages).toHaveLength(8);
    expect(new Set(reader.lanes.map(({ rank }) => rank))).toEqual(new Set([0, 1]));
    reader.close();
  });

  test("runs the figure's network", { timeout: SLOW_MS }, () => {
    const { status, stdout } = run(
      "--network",
      "resnet28",
      "--input-size",
      "64",
      "--batches",
      "2",
      "--partition",
      "even",
      "--json",
      "--out",
      "r.json",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ network: "resnet28", batches: 2, workers: 4 });
  });

  test(
    "says of each backend whether it is usable and why not, on one line, and prints nothing else",
    { timeout: SLOW_MS },
    () => {
      const { status, stdout, stderr } = run("--list-backends");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const lines = stdout.trimEnd().split("\n");
      expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["wasm", "webgpu", "tensorflow"]);
    },
  );

  test("names the Vulkan loader, which it cannot bring, where no GPU is found", { timeout: SLOW_MS }, (context) => {
    const line =
      run("--list-backends")
        .stdout.split("\n")
        .find((one) => one.startsWith("webgpu")) ?? "";
    if (!line.includes("not usable")) context.skip("this machine has a GPU");
    expect(line).toContain("libvulkan.so.1");
  });

  test.each([
    { args: ["--network", "alexnet"], status: 2, says: "--network takes one of resnet28" },
    { args: ["--out", "trace.txt"], status: 2, says: "--out takes" },
    { args: ["--frobnicate"], status: 2, says: "--frobnicate" },
    { args: ["--network", "tiny", "--input-size", "100000"], status: 1, says: "memory" },
    { args: ["--network", "tiny", "--backend", "tensorflow"], status: 1, says: "tfjs-node-gpu" },
    {
      args: ["--network", "tiny", "--input-size", "32", "--out", "no/such/folder/t.json"],
      status: 1,
      says: "could not be written",
    },
  ])("refuses $args in words, with exit code $status", { timeout: SLOW_MS }, ({ args, status, says }) => {
    const ended = run(...args);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toMatch(/^\s+at /mu);
    expect(ended.stdout).toBe("");
  });
});
