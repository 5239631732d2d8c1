/** Every format through the commands, without any option: `import` names the format, `report` has figures, damage has words. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { createJob } from "../support/exports/synthetic-job.ts";
import { writeKineto } from "../support/exports/write-json.ts";
import { writeNsight } from "../support/exports/write-nsight.ts";
import { writePerfetto } from "../support/exports/write-perfetto.ts";
import { makeTemporaryFolder } from "../support/sample-trace.ts";
import { runCli } from "./run-cli.ts";

const job = createJob(1);

test("import takes several formats at once and names each run after its file", async () => {
  const folder = makeTemporaryFolder();
  const put = (name: string, content: string | Uint8Array) => writeFileSync(path.join(folder, name), content);
  put("a.pt.trace.json", writeKineto(job));
  put("b.pftrace", writePerfetto(job));
  put("c.csv", "name,start_us,duration_us,stage,batch\nblock,0,1,0,0\n");
  put("d.ndjson", '{"name":"block","start_us":0,"duration_us":1,"stage":0,"batch":0}\n');
  put("plan.csv", "0F0,0F1,,0I0,0W0,0I1,0W1\n,1F0,1I0,1W0,1F1,1I1,1W1\n");
  writeNsight(path.join(folder, "e.sqlite"), job);
  const files = ["a.pt.trace.json", "b.pftrace", "c.csv", "d.ndjson", "e.sqlite", "plan.csv"];
  const { code, stdout, stderr } = await runCli(["import", ...files, "--json"], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    (JSON.parse(stdout) as { file: string; format: string }[]).map(({ file, format }) => `${file} ${format}`),
  ).toEqual([
    "a.pt.trace.pipewave kineto",
    "b.pipewave perfetto",
    "c.pipewave span-csv",
    "d.pipewave span-ndjson",
    "e.pipewave nsight-sqlite",
    "plan.pipewave schedule-csv",
  ]);
});

test("report looks at an Nsight export and a Perfetto trace without keeping a run, and finds the same figures", async () => {
  const folder = makeTemporaryFolder();
  writeNsight(path.join(folder, "export"), job);
  writeFileSync(path.join(folder, "trace"), writePerfetto(job));
  const [nsight, perfetto] = await Promise.all(
    ["export", "trace"].map((file) => runCli(["report", file, "--json"], { folder })),
  );
  const figures = (text: string) => {
    const { makespanNs, bubble, initiationInterval } = JSON.parse(text) as Record<string, unknown>;
    return { makespanNs, bubble, initiationInterval };
  };
  expect(nsight.code).toBe(0);
  expect(figures(nsight.stdout).makespanNs).toBeGreaterThan(0);
  expect(figures(nsight.stdout)).toEqual(figures(perfetto.stdout));
});

test("a damaged export says what, where and what to do", async () => {
  const folder = makeTemporaryFolder();
  writeNsight(path.join(folder, "export.sqlite"), job);
  const bytes = readFileSync(path.join(folder, "export.sqlite")).fill(0xff, 4096, 8192);
  writeFileSync(path.join(folder, "export.sqlite"), bytes);
  const { code, stderr } = await runCli(["import", "export.sqlite"], { folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^export\.sqlite: the database is damaged: .*; export it again, or import .*--keep-partial\n$/u,
  );
});
