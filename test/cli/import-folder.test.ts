/** `pipewave import` of the files of a job, and of a run by other rules. */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import type { ImportReport } from "#common/report.ts";
import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";
import { runCli } from "./run-cli.ts";

const run = (args: readonly string[]) => runCli(args, { folder: makeTemporaryFolder() });

const LINES = ["00.11..", "..00.11"];

function writeJob(): string {
  const folder = makeTemporaryFolder();
  LINES.forEach((line, rank) =>
    writeTrace(
      folder,
      `gpu${rank}.json`,
      LINES.map((_, at) => (at === rank ? line : "")),
    ),
  );
  return folder;
}

test("a folder is one run, its ranks read from the paths", async () => {
  const folder = writeJob();
  const out = path.join(makeTemporaryFolder(), "job.pipewave");
  const { code, stdout } = await run([
    "import",
    folder,
    "-o",
    out,
    "--rank-from",
    String.raw`gpu(?<rank>\d)`,
    "--json",
  ]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as ImportReport;
  expect(report.files?.map(({ file, rank }) => [file, rank])).toEqual([
    ["gpu0.json", 0],
    ["gpu1.json", 1],
  ]);
  expect(report.pipelineSpans).toBe(4);
});

test("several files with one name to write to are one run, and the text says whose each is and how its clock was set", async () => {
  const folder = writeJob();
  const files = readdirSync(folder).map((file) => path.join(folder, file));
  const out = path.join(makeTemporaryFolder(), "job.pipewave");
  const { code, stdout } = await run(["import", ...files, "-o", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/gpu0\.json +0 +2 +as written, residual: unavailable/);
});

test("a broken file ends the import and says how to go on; --keep-going goes on", async () => {
  const folder = writeJob();
  writeFileSync(path.join(folder, "gpu2.json"), '{"traceEvents":[');
  const target = makeTemporaryFolder();
  const out = path.join(target, "job.pipewave");
  const stopped = await run(["import", folder, "-o", out]);
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain("--keep-going");
  expect(readdirSync(target)).toEqual([]);
  const went = await run(["import", folder, "-o", out, "--keep-going"]);
  expect(went.code).toBe(0);
  expect(went.stdout).toContain("gpu2.json");
});

test("a run file is recognised again by other rules", async () => {
  const folder = makeTemporaryFolder();
  const trace = path.join(folder, "odd.json");
  const events = [0, 1].map((batch) => ({ name: `mb_${batch}!`, ph: "X", pid: 1, tid: 1, ts: 10 * batch, dur: 5 }));
  writeFileSync(trace, JSON.stringify({ traceEvents: events }));
  const first = path.join(folder, "odd.pipewave");
  expect((await run(["import", trace, "-o", first])).code).toBe(0);
  const rules = path.join(folder, "rules.json");
  const rule = { name: "odd", pattern: String.raw`^mb_(?<batch>\d+)!$`, fields: { stage: 0, phase: "compute" } };
  writeFileSync(rules, JSON.stringify({ rules: [rule] }));
  const out = path.join(folder, "again.pipewave");
  const { code, stdout } = await run(["import", first, "--rules", rules, "-o", out, "--json"]);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as ImportReport).pipelineSpans).toBe(2);
});
