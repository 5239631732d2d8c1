/** Nsight exports: every row is accounted for, absent tables are no fault, ranges become device time of their own process. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";

import { createRun } from "../../../../db/index.ts";
import { createJob } from "../../../support/exports/synthetic-job.ts";
import { writeNsight } from "../../../support/exports/write-nsight.ts";
import { makeTemporaryFolder } from "../../../support/sample-trace.ts";
import { sharedTrace } from "../../../support/shared-traces.ts";
import { failImport, importContent, importFile } from "../import-text.ts";

const RECORDED = "nsight/nsys-2026.1-minimal.sqlite";

/** A copy of an export after some statements. */
function changed(original: string, ...statements: readonly string[]): string {
  const file = path.join(makeTemporaryFolder(), "unknown");
  copyFileSync(original, file);
  const db = new Sqlite(file);
  for (const statement of statements) db.exec(statement);
  db.close();
  return file;
}

function exportJob(options: Parameters<typeof writeNsight>[2] = {}): string {
  const file = path.join(makeTemporaryFolder(), "export");
  writeNsight(file, createJob(1), options);
  return file;
}

describe("the recorded export", () => {
  test("read = stored + skipped, with the counts and times of the rows themselves", async (context) => {
    const file = sharedTrace(context, RECORDED);
    const db = new Sqlite(file, { readonly: true });
    const count = (table: string) => Number(db.prepare(`select count(*) from ${table}`).pluck().get());
    const tables = [
      "CUPTI_ACTIVITY_KIND_KERNEL",
      "CUPTI_ACTIVITY_KIND_MEMCPY",
      "CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
      "CUPTI_ACTIVITY_KIND_RUNTIME",
      "CUPTI_ACTIVITY_KIND_OVERHEAD",
      "PROFILER_OVERHEAD",
    ];
    const stored = tables.reduce((sum, table) => sum + count(table), 0);
    const skipped = count("DIAGNOSTIC_EVENT");
    const sums = tables.map((table) => Number(db.prepare(`select sum(end - start) from ${table}`).pluck().get()));
    const start = String(
      db.prepare("select cast(utcEpochNs as text) from TARGET_INFO_SESSION_START_TIME").pluck().get(),
    );
    const first = tables.map((table) => Number(db.prepare(`select min(start) from ${table}`).pluck().get()));
    db.close();

    const { report, reader } = await importFile(file);
    expect(report.format).toBe("nsight-sqlite");
    expect(report.events).toEqual({
      read: stored + skipped,
      spans: stored,
      instants: 0,
      counters: 0,
      flows: 0,
      metadata: 0,
    });
    expect(report.skipped).toEqual([expect.objectContaining({ count: skipped })]);
    expect(reader.spanCount).toBe(stored);
    const durations = reader.readAllSpans().duration.reduce((sum, duration) => sum + duration, 0);
    expect(durations).toBe(sums.reduce((sum, ns) => sum + ns, 0));
    expect(reader.run.originEpochNs).toBe(BigInt(start) + BigInt(Math.min(...first)));
  });

  test("kernels lie on the stream of their device, under their own names", async (context) => {
    const { dump } = await importFile(sharedTrace(context, RECORDED));
    expect(dump).toMatch(/lane \d+ stream 91186 GPU 0\/stream 7 .*device NVIDIA GeForce RTX 3080/u);
    expect(dump).toContain('"void at::native::vectorized_elementwise_kernel<(int)4');
    expect(dump).toContain('"memcpy Device-to-Host":memcpy');
    expect(dump).toContain('"cudaLaunchKernel_v7000":cuda_api {"correlationId":143}');
  });

  test("is the same when it is compressed", async (context) => {
    const file = sharedTrace(context, RECORDED);
    const { dump } = await importFile(file);
    expect((await importContent(gzipSync(readFileSync(file)))).dump).toBe(dump);
  });
});

describe("tables that are absent", () => {
  test.each([["ThreadNames"], ["PROCESSES"], ["TARGET_INFO_SESSION_START_TIME", "TARGET_INFO_GPU"]])(
    "without %s the pipeline is the same",
    async (...without) => {
      const whole = await importFile(exportJob());
      const { report } = await importFile(exportJob({ without }));
      expect(report.pipelineSpans).toBe(whole.report.pipelineSpans);
      expect(report.violations).toEqual([]);
    },
  );

  test("without ranges there are lanes and no pipeline", async () => {
    const { report } = await importFile(exportJob({ without: ["NVTX_EVENTS"] }));
    expect(report.pipelineSpans).toBe(0);
    expect(report.recognisedBy).toEqual([]);
  });

  test("without device work ranges keep their host time", async () => {
    const { report, reader } = await importFile(exportJob({ without: ["CUPTI_ACTIVITY_KIND_KERNEL"] }));
    expect(report.pipelineSpans).toBe(createJob(1).actions.length);
    expect(reader.spanCount).toBe(report.events.spans);
  });

  test("an export without any events is an error that says so", async () => {
    const without = ["NVTX_EVENTS", "CUPTI_ACTIVITY_KIND_RUNTIME", "CUPTI_ACTIVITY_KIND_KERNEL"];
    const { error } = await failImport(readFileSync(exportJob({ without })));
    expect(error).toMatchObject({ code: "no-spans" });
    expect(String(error)).toContain("nsys profile");
  });
});

test("calls of one process never launch the work of another, though their correlation ids are equal", async () => {
  const file = exportJob();
  const before = await importFile(file);
  const after = await importFile(
    changed(file, "delete from CUPTI_ACTIVITY_KIND_RUNTIME where (globalTid >> 24) & 0xffffff = 91001"),
  );
  const actions = createJob(1).actions;
  const rest = actions.filter(({ rank }) => rank !== 1).length;
  expect(before.report.pipelineSpans).toBe(actions.length);
  // Rank 1 has ranges and kernels, and nothing that tells which belongs to which.
  expect(after.report.pipelineSpans).toBeLessThanOrEqual(actions.length);
  expect(after.dump.match(/projected to the device/gu)).toHaveLength(rest);
});

test("marks are instants, descriptions of domains are metadata, and their names are the categories", async () => {
  const file = changed(
    exportJob(),
    `insert into NVTX_EVENTS (start, end, eventType, text, globalTid, domainId) values
       (0, null, 75, 'my domain', 281474976801656, 9),
       (5, null, 34, 'a mark', 281474976801656, 9),
       (6, 16, 60, 'a range', 281474976801656, 9)`,
  );
  const { report, dump } = await importFile(file);
  expect(report.events.instants).toBe(1);
  expect(report.events.metadata).toBe(1);
  expect(dump).toContain('"a mark":my domain');
  expect(dump).toContain('"a range":my domain');
});

test("a range that the capture cut off ends with the capture, and the report says so", async () => {
  const file = changed(exportJob(), "update NVTX_EVENTS set end = null where rowid = 1");
  const { report, reader } = await importFile(file);
  expect(report.repaired).toContain("closed 1 ranges without an end at the end of the capture");
  expect(reader.spanCount).toBeGreaterThanOrEqual(report.events.spans);
  expect(report.violations).toEqual([]);
});

test("rows that cannot be are skipped, each with its reason", async () => {
  const file = changed(
    exportJob(),
    "insert into CUPTI_ACTIVITY_KIND_KERNEL values ('soon', 5, 0, 1, 7, 1, 0, 1, 1), (9, 5, 0, 1, 7, 1, 0, 1, 1)",
    "insert into CUPTI_ACTIVITY_KIND_RUNTIME values (1, 2, 0, null, 1, 1, 0)",
  );
  const { report } = await importFile(file);
  expect(report.skipped.map(({ reason, count }) => `${count} ${reason}`).toSorted()).toEqual([
    "1 row that ends before it starts (CUPTI_ACTIVITY_KIND_KERNEL)",
    "1 row without a usable time or device (CUPTI_ACTIVITY_KIND_KERNEL)",
    "1 row without a usable time or thread (CUPTI_ACTIVITY_KIND_RUNTIME)",
  ]);
  expect(report.violations).toEqual([]);
});

describe("what is no usable export", () => {
  test("a damaged database is an error that says what to do", async () => {
    const bytes = readFileSync(exportJob());
    bytes.fill(0xff, 4096, 8192);
    const { error, left } = await failImport(bytes);
    expect(error).toMatchObject({ code: "malformed-trace" });
    expect(String(error)).toContain("export it again");
    expect(left).toEqual([]);
  });

  test("another database is told from an export", async () => {
    const file = path.join(makeTemporaryFolder(), "other.db");
    const db = new Sqlite(file);
    db.exec("create table fruit (name text)");
    db.close();
    const { error } = await failImport(readFileSync(file));
    expect(error).toMatchObject({ code: "unknown-format" });
    expect(String(error)).toContain("an SQLite database that no profiler exported");
  });

  test("a run file is no export, whatever it holds", async () => {
    const file = path.join(makeTemporaryFolder(), "run.pipewave");
    const writer = createRun(file);
    writer.setRun({ name: "run", kind: "imported", sources: [], createdAtEpochMs: 0 });
    writer.finish();
    const { error } = await failImport(readFileSync(file));
    expect(error).toMatchObject({ code: "unknown-format" });
  });

  test("a cancelled import throws the reason and leaves nothing", async () => {
    const file = path.join(makeTemporaryFolder(), "unknown");
    writeFileSync(file, readFileSync(exportJob()));
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(importFile(file, { signal: controller.signal })).rejects.toThrow("enough");
  });
});
