/** `simulate` and `what-if` from outside: what they print, what they write, how they refuse. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { makeTemporaryFolder } from "../support/sample-trace.ts";
import { runCli } from "./run-cli.ts";

const ZB = ["simulate", "--schedule", "zb-h1", "--ranks", "8", "--batches", "32"];
const TIMES = ["--forward", "1ms", "--backward", "1ms", "--weight", "1ms"];

test("a simulated schedule is written as a run that reports, and that what-if replays", async () => {
  const folder = makeTemporaryFolder();
  const simulated = await runCli([...ZB, ...TIMES, "-o", "zb.pipewave", "--json"], { folder });
  expect(simulated).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(simulated.stdout)).toMatchObject({
    file: "zb.pipewave",
    schedule: "zb-h1",
    bubbleSizeNs: 7_000_000,
    peakInFlight: Array.from({ length: 8 }, () => 8),
    run: { kind: "simulated", ranks: 8, batches: 32, pipelineSpans: 768 },
    makespanNs: 103_000_000,
  });
  const report = await runCli(["report", "zb.pipewave", "--json"], { folder });
  expect(JSON.parse(report.stdout)).toMatchObject({ makespanNs: 103_000_000 });

  const changed = await runCli(["what-if", "zb.pipewave", "--schedule", "zb-h2", "-o", "h2.pipewave", "--json"], {
    folder,
  });
  expect(changed).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(changed.stdout)).toMatchObject({
    file: "h2.pipewave",
    schedule: "zb-h2",
    bubbleSizeNs: 0,
    derivedFrom: "zb-h1, 8 ranks, 32 batches",
    recordedNs: 103_000_000,
    ranked: expect.arrayContaining([expect.objectContaining({ change: "schedule zb-h2" })]) as unknown,
  });
});

test("a table in PyTorch's form is simulated, and an impossible one is refused with action and rank", async () => {
  const folder = makeTemporaryFolder();
  writeFileSync(path.join(folder, "good.csv"), "0F0,0F1,,0B0,0B1\n1F0,1B0,1F1,1B1\n");
  const good = await runCli(["simulate", "--schedule", "good.csv", "--json"], { folder });
  expect(good.code).toBe(0);
  expect(JSON.parse(good.stdout)).toMatchObject({ schedule: "good.csv", run: { ranks: 2, stages: 2, batches: 2 } });

  const again = await runCli(["simulate", "--schedule", "good.csv", "--write-table", "again.csv", "--json"], {
    folder,
  });
  expect(again.code).toBe(0);
  expect(readFileSync(path.join(folder, "again.csv"), "utf8")).toBe("0F0,0F1,,0B0,0B1\n1F0,1B0,1F1,1B1\n");

  writeFileSync(path.join(folder, "bad.csv"), "0F0,0B0\n1B0,1F0\n");
  const bad = await runCli(["simulate", "--schedule", "bad.csv"], { folder });
  expect(bad).toMatchObject({ code: 1, stdout: "" });
  expect(bad.stderr).toMatch(/^rank \d waits for ever at \dB0/);
});

test("a file that exists stays as it was unless it may be replaced", async () => {
  const folder = makeTemporaryFolder();
  const file = path.join(folder, "mine.pipewave");
  writeFileSync(file, "mine");
  const refused = await runCli([...ZB, "-o", "mine.pipewave"], { folder });
  expect(refused.code).toBe(1);
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect((await runCli([...ZB, "-o", "mine.pipewave", "--force"], { folder })).code).toBe(0);
});

test.each([
  { args: ["simulate"], stderr: /--schedule/ },
  { args: [...ZB, "--forward", "1"], stderr: /a time with its unit/ },
  { args: [...ZB, "--ranks", "0"], stderr: /whole number of 1 or more/ },
  { args: ["what-if", "x.pipewave", "--faster", "3"], stderr: /such as 3:20%/ },
  { args: ["what-if", "x.pipewave", "--schedule", "nope"], stderr: /zb-h1/ },
])("$args is a wrong call", async ({ args, stderr }) => {
  const outcome = await runCli(args, { folder: makeTemporaryFolder() });
  expect(outcome).toMatchObject({ code: 2, stdout: "" });
  expect(outcome.stderr).toMatch(stderr);
});
