/** `compare` from outside: what it prints, the report it writes, and when it fails. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import type { CompareReport } from "#common/comparison.ts";

import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";
import { sharedTrace } from "../support/shared-traces.ts";
import { runCli } from "./run-cli.ts";

const SLOWER = ["00.11......", "...000.111."];

function writeTwo(): string {
  const folder = makeTemporaryFolder();
  writeTrace(folder, "fast.json");
  writeTrace(folder, "slow.json", SLOWER);
  return folder;
}

test("two traces are compared without keeping a run of either", async () => {
  const folder = writeTwo();
  const { code, stdout, stderr } = await runCli(["compare", "fast.json", "slow.json", "--json"], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const report = JSON.parse(stdout) as CompareReport;
  expect(report).toMatchObject({
    a: { run: { name: "fast" } },
    b: { run: { name: "slow" } },
    matched: 4,
    unmatchedA: 0,
    unmatchedB: 0,
    makespan: { aNs: 7000, bNs: 10_000, deltaNs: 3000 },
    identical: false,
  });
  expect(report.attribution.reduce((sum, { deltaNs }) => sum + deltaNs, 0)).toBe(3000);
});

test("the text begins with the sentence and has every part", async () => {
  const folder = writeTwo();
  const { code, stdout } = await runCli(["compare", "fast.json", "slow.json"], { folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^B takes 10\.00 µs, 3\.000 µs longer than A with 7\.000 µs \(\+42\.9 %\)/);
  for (const part of ["Figures", "What the difference is put down to", "Stages, the most changed first"]) {
    expect(stdout).toContain(part);
  }
  const same = await runCli(["compare", "fast.json", "fast.json"], { folder });
  expect(same.stdout).toMatch(/^Nothing differs: all 4 matched spans/);
});

describe("--fail-if-slower", () => {
  test("fails when a batch takes longer by more than the limit, and says by how much", async () => {
    const folder = writeTwo();
    const outcome = await runCli(["compare", "fast.json", "slow.json", "--fail-if-slower", "5%", "--json"], { folder });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toBe("B is 42.9 % slower a batch; the limit is 5.0 %\n");
    expect(JSON.parse(outcome.stdout)).toMatchObject({ slowdown: { limit: 0.05, failed: true } });
  });

  test("passes below the limit, when B is faster, and for the same run", async () => {
    const folder = writeTwo();
    for (const [a, b, limit] of [
      ["fast.json", "slow.json", "50%"],
      ["slow.json", "fast.json", "0%"],
      ["fast.json", "fast.json", "0"],
    ]) {
      const { code, stderr } = await runCli(["compare", a, b, "--fail-if-slower", limit], { folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    }
  });
});

test("a wrong call is told from a failure", async () => {
  const folder = writeTwo();
  const codes: (number | null)[] = [];
  for (const args of [
    ["compare", "fast.json"],
    ["compare", "fast.json", "slow.json", "--fail-if-slower", "much"],
    ["compare", "fast.json", "slow.json", "--stages", "0-1"],
    ["compare", "fast.json", "slow.json", "--iteration", "0", "--iteration-a", "0"],
  ]) {
    codes.push((await runCli(args, { folder })).code);
  }
  expect(codes).toEqual([2, 2, 2, 2]);
  writeFileSync(
    path.join(folder, "lanes.json"),
    JSON.stringify([{ name: "f", ph: "X", pid: 0, tid: 0, ts: 0, dur: 1 }]),
  );
  const refused = await runCli(["compare", "fast.json", "lanes.json", "--json"], { folder });
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "no-pipeline" } });
});

test("--html writes one file, and replaces one only when told to", async () => {
  const folder = writeTwo();
  const args = ["compare", "fast.json", "slow.json", "--html", "report.html"];
  expect(await runCli(args, { folder })).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(path.join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
  const again = await runCli(args, { folder });
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toContain("add --force to replace it");
  expect(await runCli([...args, "--force"], { folder })).toMatchObject({ code: 0 });
});

test("the recorded pp and dpp runs give the published difference", async (context) => {
  const files = ["pp", "dpp"].map((name) => sharedTrace(context, `megatron-app/${name}-aggregated.json.gz`));
  const folder = makeTemporaryFolder();
  const { code, stdout } = await runCli(["compare", ...files, "--iteration", "10", "--json"], { folder });
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as CompareReport;
  expect(report).toMatchObject({
    matched: 256,
    unmatchedA: 0,
    unmatchedB: 0,
    makespan: { aNs: 676_673_000, bNs: 933_770_000, deltaNs: 257_097_000 },
  });
  expect(report.bubble.a).toBeCloseTo(0.43774, 5);
  expect(report.bubble.b).toBeCloseTo(0.48329, 5);
  expect(report.attribution.reduce((sum, { deltaNs }) => sum + deltaNs, 0)).toBe(257_097_000);
});
