/** Schedule tables as planned runs: every action of the table is accounted for, and times are those of the plan. */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { PASSES } from "#common/model.ts";
import { buildReport, isNoPipeline } from "../../../../main/core/analysis/build-report.ts";
import { loadAnalysisInput } from "../../../../main/core/analysis/load-input.ts";
import { sharedTrace } from "../../../support/shared-traces.ts";
import { failImport, importContent, importFile } from "../import-text.ts";

const COMPUTES = /(\d+)(BW|F|B|I|W)(\d+)/gu;

describe.each(["dualpipev_4rank_10mb", "zb1p_2rank_2stagep_comms", "zb1p_2rank_2stagep_compute"])("%s", (name) => {
  test("read = stored + skipped: what computes is a span of its rank, the rest has a reason", async (context) => {
    const file = sharedTrace(context, `pytorch-schedules/${name}.csv`);
    const rows = readFileSync(file, "utf8").trim().split("\n");
    const fields = rows.map((row) => row.split(",").filter((field) => field.trim() !== ""));
    // A fused action computes twice; a send or receive has SEND or RECV before its letter.
    const computing = fields.map((ofRank) =>
      ofRank.flatMap((field) =>
        /SEND|RECV/u.test(field) ? [] : Array.from(field.matchAll(COMPUTES), ([text]) => text),
      ),
    );
    const others = fields.flat().filter((field) => /SEND|RECV/u.test(field)).length;
    const { report, reader } = await importFile(file);
    expect(report.format).toBe("schedule-csv");
    expect(report.events.spans).toBe(computing.flat().length);
    expect(report.events.read).toBe(computing.flat().length + others);
    expect(report.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(others);
    expect(report.pipelineSpans).toBe(report.events.spans);
    expect(report.violations).toEqual([]);
    expect(reader.run.kind).toBe("simulated");

    const spans = reader.readAllSpans();
    const ofRank = (rank: number) =>
      Array.from({ length: spans.length }, (_, row) => row).filter(
        (row) => reader.lanes[spans.lane[row]].rank === rank,
      );
    expect(computing.map((_, rank) => ofRank(rank).length)).toEqual(computing.map((actions) => actions.length));
    const letters = { forward: "F", backward: "B", "input-grad": "I", "weight-grad": "W", none: "?" } as const;
    const isOld = /\dBW\d/u.test(rows.join()) || name.includes("compute");
    const table = computing.map((actions) =>
      actions.map((action) => (isOld ? action.replace(/B(?!W)/u, "I").replace("BW", "B") : action)).toSorted(),
    );
    expect(
      computing.map((_, rank) =>
        ofRank(rank)
          .map((row) => `${spans.stage[row]}${letters[PASSES[spans.pass[row]]]}${spans.batch[row]}`)
          .toSorted(),
      ),
    ).toEqual(table);
  });
});

test("the bubble of a plan is that of its formula", async () => {
  // GPipe, 2 ranks, 3 batches, forward and backward of one step each: (p − 1)/(m + p − 1) = 1/4.
  const table = "0F0,0F1,0F2,,,0I0,0W0,0I1,0W1,0I2,0W2\n,1F0,1F1,1F2,1I0,1W0,1I1,1W1,1I2,1W2\n";
  const { reader, report } = await importContent(table);
  expect(report.recognisedBy).toEqual([{ rule: "pipewave", spans: 18 }]);
  const figures = buildReport(loadAnalysisInput(reader));
  if (isNoPipeline(figures)) throw new Error("no pipeline");
  expect(figures.run).toMatchObject({ kind: "simulated", stages: 2, ranks: 2, batches: 3, iterations: 1 });
  // Rank 1 begins 1 ms after rank 0; rank 0's last weight-grad ends 1 ms after its input-grad, 2 ms after rank 1's.
  expect(figures.makespanNs).toBe(11e6);
  expect(figures.bubble.ratio).toBeCloseTo(1 - 9 / 11);
});

test("a table that cannot be executed is an error that says where it waits", async () => {
  const { error, left } = await failImport("0F0,0B0\n1B0,1F0\n");
  expect(error).toMatchObject({ code: "impossible-order" });
  expect(left).toEqual([]);
});

test("a field that is no action is an error with its row and step", async () => {
  const { error } = await failImport("0F0,0F1\n1F0,whatever\n");
  expect(error).toMatchObject({ code: "malformed-schedule", fields: { where: { row: 2, column: "step 2" } } });
});
