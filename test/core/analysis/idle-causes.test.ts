/** Causes of bubbles on pipelines whose causes are known, ns by ns. */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { checkReport } from "../../../main/core/analysis/invariants.ts";
import { listBubbles } from "../../../main/core/analysis/list-bubbles.ts";
import type { Bubble } from "../../../main/core/analysis/list-bubbles.ts";
import { SIMULATED_KINDS, simulatePipeline } from "../../support/simulated-pipeline.ts";
import type { SimulatedPipeline, TrueIdle } from "../../support/simulated-pipeline.ts";
import { readDrawing } from "./drawing.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

const PIPELINES = 1000;

const workOf = ({ spans }: SimulatedPipeline): Work[] =>
  spans
    .map((span) => ({ ...span, replica: 0, iteration: 0 }))
    .sort((a, b) => a.start - b.start || b.duration - a.duration);

/** Ns of true idle time that the bubbles give the true cause, and of starvation that they give the true source as well. */
function agree(
  truth: readonly TrueIdle[],
  bubbles: readonly Bubble[],
): { idle: number; same: number; named: number; starved: number } {
  const sums = { idle: 0, same: 0, named: 0, starved: 0 };
  for (const { rank, from, to, cause, awaited } of truth) {
    sums.idle += to - from;
    if (awaited !== undefined) sums.starved += to - from;
    for (const bubble of bubbles) {
      if (bubble.rank !== rank || bubble.cause !== cause) continue;
      const shared = Math.max(0, Math.min(to, bubble.toNs) - Math.max(from, bubble.fromNs));
      sums.same += shared;
      if (awaited !== undefined && bubble.awaited?.stage === awaited.stage && bubble.awaited.batch === awaited.batch) {
        sums.named += shared;
      }
    }
  }
  return sums;
}

describe.each(SIMULATED_KINDS)("simulated pipelines: %s", (kind) => {
  test("have the true cause in 99 % of their idle time, and the true source of starvation", () => {
    const sums = { idle: 0, same: 0, named: 0, starved: 0 };
    for (let seed = 0; seed < PIPELINES; seed += 1) {
      const pipeline = simulatePipeline(seed);
      if (pipeline.kind !== kind) continue;
      const input = columnsOf(workOf(pipeline));
      const report = buildReport(input);
      if (isNoPipeline(report)) throw new Error(report.error);
      expect(checkReport(report)).toEqual([]);
      expect(report.makespanNs).toBe(pipeline.makespan);
      const { bubbles, total } = listBubbles(input);
      expect(bubbles).toHaveLength(total);
      const agreed = agree(pipeline.idle, bubbles);
      sums.idle += agreed.idle;
      sums.same += agreed.same;
      sums.named += agreed.named;
      sums.starved += agreed.starved;
    }
    expect(sums.idle).toBeGreaterThan(10_000);
    expect(sums.same / sums.idle).toBeGreaterThan(0.99);
    expect(sums.starved).toBeGreaterThan(1000);
    expect(sums.named / sums.starved).toBeGreaterThan(0.99);
  });
});

/** `starved 0-10 for stage 1 batch 0`, a line a bubble of one rank. */
const describeBubbles = (work: readonly Work[], rank: number): string[] =>
  listBubbles(columnsOf(work))
    .bubbles.filter((bubble) => bubble.rank === rank)
    .map(({ cause, fromNs, toNs, awaited, waitedFor }) => {
      const what =
        awaited === undefined ? "" : ` for ${awaited.pass} of stage ${awaited.stage}, batch ${awaited.batch}`;
      return `${cause} ${fromNs}-${toNs}${what}${waitedFor === undefined ? "" : `, span ${waitedFor}`}`;
    });

describe("bubbles of drawn pipelines", () => {
  test("name what a starved rank waits for, forward and backward", () => {
    const work = readDrawing(`
      a0 -- -- -- A0
      -- b0 B0 B0 --
    `);
    expect(describeBubbles(work, 0)).toEqual(["starved 10-40 for backward of stage 1, batch 0, span 3"]);
    expect(describeBubbles(work, 1)).toEqual(["fill 0-10 for forward of stage 0, batch 0, span 0", "drain 40-50"]);
  });

  test("are nobody's fault where the input was there", () => {
    const work = readDrawing(`
      a0 a1 -- a2 a3 --
      -- -- b0 b0 -- b1
    `);
    expect(describeBubbles(work, 0)).toEqual(["other 20-30", "drain 50-60"]);
    expect(describeBubbles(work, 1)).toEqual(["fill 0-20 for forward of stage 0, batch 0, span 0", "other 40-50"]);
  });

  test("are cut where the input is produced, sent and synchronised for", () => {
    const [first, second, ...rest] = readDrawing(`
      a0 a0 a1 -- -- -- -- --
      -- -- b0 -- -- -- -- b1
    `);
    const one = { replica: 0, iteration: -1, batch: 1, pass: "forward" as const, stage: 0, rank: 0 };
    const work: Work[] = [
      first,
      second,
      ...rest,
      { ...one, phase: "out", start: 40, duration: 12 },
      { ...one, phase: "in", stage: 1, rank: 1, start: 35, duration: 15 },
      { ...one, phase: "sync", stage: -1, batch: -1, pass: "none", rank: 1, start: 45, duration: 15 },
    ];
    expect(describeBubbles(work, 1)).toEqual([
      "fill 0-20 for forward of stage 0, batch 0, span 0",
      "starved 30-40 for forward of stage 0, batch 1, span 1",
      "transfer 40-50 for forward of stage 0, batch 1, span 4",
      "sync 50-60",
      "other 60-70",
    ]);
  });

  test("that are blocked name the batch that had to be taken", () => {
    const one = { replica: 0, iteration: -1, pass: "forward" as const, start: 0, duration: 10 };
    const a = { ...one, stage: 0, rank: 0 };
    const b = { ...one, stage: 1, rank: 1 };
    const work: Work[] = [
      { ...a, batch: 0, phase: "compute" },
      { ...a, batch: 0, phase: "out", start: 10 },
      { ...b, batch: 0, phase: "in", start: 45, duration: 5 },
      { ...b, batch: 0, phase: "compute", start: 50, duration: 60 },
      { ...a, batch: 1, phase: "compute", start: 20 },
      { ...a, batch: 1, phase: "out", start: 50 },
      { ...a, batch: 2, phase: "compute", start: 60 },
    ];
    expect(describeBubbles(work, 0)).toEqual([
      "transfer 10-20",
      "blocked 30-50 for forward of stage 1, batch 0, span 2",
      "transfer 50-60",
      "drain 70-110",
    ]);
  });

  test("are given longest first where there are too many, and only those of a time where one is asked for", () => {
    const work = readDrawing(`
      a0 -- a1 -- -- a2 -- a3
    `);
    const { bubbles, total } = listBubbles(columnsOf(work), { limit: 1 });
    expect(total).toBe(3);
    expect(bubbles.map(({ fromNs, toNs }) => [fromNs, toNs])).toEqual([[30, 50]]);
    expect(listBubbles(columnsOf(work), { fromNs: 45, toNs: 60 }).bubbles).toHaveLength(1);
    expect(listBubbles(columnsOf(work), { fromNs: 50, toNs: 60 }).bubbles).toEqual([]);
  });
});
