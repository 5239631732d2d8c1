/** One capture written both ways, as a run file and as the trace that a cluster node would write, gives one report. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { CapturedRun } from "#common/captured-run.ts";
import { DEFAULT_CAPTURE } from "#common/runner-api.ts";

import { openRun } from "../../../db/index.ts";
import { buildReport } from "../../../main/core/analysis/build-report.ts";
import { loadAnalysisInput } from "../../../main/core/analysis/load-input.ts";
import { captureRun } from "../../../main/core/capture/capture-run.ts";
import { openCaptureOutput } from "../../../main/core/capture/write-captured.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import { readCapturedSpans } from "./captured-spans.ts";

let folder: string;
let live: string;
let trace: string;
let imported: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-trace-"));
  live = path.join(folder, "live.pipewave");
  trace = path.join(folder, "trace.json.gz");
  imported = path.join(folder, "imported.pipewave");
  let captured: CapturedRun | undefined;
  await captureRun({
    options: {
      ...DEFAULT_CAPTURE,
      network: "tiny",
      backend: "wasm",
      inputSize: 32,
      batches: 12,
      workers: 3,
      partition: "even",
    },
    out: live,
    onGrowth: ({ describe: describeSoFar }) => {
      captured = describeSoFar();
    },
  });
  if (captured === undefined) throw new Error("nothing was captured");
  await openCaptureOutput(trace, { replace: false }).write(captured);
  await importTrace({ path: trace, out: imported });
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function reportOf(file: string) {
  const reader = openRun(file);
  try {
    return buildReport(loadAnalysisInput(reader));
  } finally {
    reader.close();
  }
}

describe("a captured trace", () => {
  test("gives the report of the live capture", () => {
    const report = reportOf(imported);
    expect(report).toEqual(reportOf(live));
    expect(report.run).toMatchObject({
      kind: "captured",
      stages: 8,
      ranks: 3,
      batches: 12,
      name: "tiny pipelined wasm",
    });
  });

  test("gives the very same spans, arguments included", () => {
    expect(readCapturedSpans(imported)).toEqual(readCapturedSpans(live));
  });

  test("is a Chrome trace that any viewer reads: complete events with numbers, named processes and threads", () => {
    const document = JSON.parse(gunzipSync(readFileSync(trace)).toString()) as {
      traceEvents: {
        ph: string;
        name: string;
        ts?: number;
        dur?: number;
        pid: number;
        tid?: number;
        args?: Record<string, unknown>;
      }[];
    };
    const complete = document.traceEvents.filter(({ ph }) => ph === "X");
    expect(complete).toHaveLength(readCapturedSpans(live).length);
    for (const { ts, dur, pid, tid } of complete) {
      for (const value of [ts, dur, pid, tid]) expect(typeof value).toBe("number");
    }
    const named = document.traceEvents.filter(({ name }) => name === "process_name").map(({ args }) => args?.["name"]);
    expect(named).toEqual(["worker 0", "worker 1", "worker 2"]);
  });
});
