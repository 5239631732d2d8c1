/**
 * The figure of REFERENCE §1 as a trace that is made, not recorded: 28 blocks on four ranks, batches that follow one
 * another, and every span known to the test, so that pixels can be compared with brute force.
 *
 * A rank computes its blocks of a batch one after the other and takes one batch at a time; `in` comes before its first
 * block, `out` after its last, on threads of their own. Times are integer microseconds.
 */
import type { Op } from "#common/model.ts";

export const FIGURE_OPS: readonly Op[] = (
  "conv conv pool conv conv pool conv res conv res conv res conv pool conv res " +
  "conv res conv res conv res conv res conv res pool fc"
).split(" ") as Op[];

/** Last block of each rank. */
const LAST_BLOCKS = [5, 11, 19, 27];
export const FIGURE_RANKS = LAST_BLOCKS.length;

const COMPUTE_US: Readonly<Partial<Record<Op, number>>> = { conv: 900, pool: 250, res: 400, fc: 600 };
const IN_US = 300;
const OUT_US = 200;

export interface FigureSpan {
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly phase: "in" | "compute" | "out";
  readonly op: Op;
  readonly startUs: number;
  readonly endUs: number;
}

export const rankOfStage = (stage: number): number => LAST_BLOCKS.findIndex((last) => stage <= last);

export function createFigure({ batches }: { batches: number }): readonly FigureSpan[] {
  const spans: FigureSpan[] = [];
  const freeAtUs = LAST_BLOCKS.map(() => 0);
  for (let batch = 0; batch < batches; batch++) {
    let readyUs = 0;
    for (let rank = 0; rank < FIGURE_RANKS; rank++) {
      const first = rank === 0 ? 0 : (LAST_BLOCKS[rank - 1] ?? 0) + 1;
      const last = LAST_BLOCKS[rank] ?? first;
      const add = (stage: number, phase: FigureSpan["phase"], startUs: number, lengthUs: number): number => {
        const op = FIGURE_OPS[stage] ?? "other";
        spans.push({ rank, stage, batch, phase, op, startUs, endUs: startUs + lengthUs });
        return startUs + lengthUs;
      };
      readyUs = add(first, "in", readyUs, IN_US);
      let atUs = Math.max(readyUs, freeAtUs[rank] ?? 0);
      for (let stage = first; stage <= last; stage++) {
        // A batch in three is slower, so that the picture is not the same everywhere.
        const lengthUs = (COMPUTE_US[FIGURE_OPS[stage] ?? "other"] ?? 500) + (batch % 3 === 2 ? 137 : 0);
        atUs = add(stage, "compute", atUs, lengthUs);
      }
      freeAtUs[rank] = atUs;
      readyUs = add(last, "out", atUs, OUT_US);
    }
  }
  return spans;
}

/** The same as Chrome Trace Event JSON with the arguments of Pipewave's own runner. */
export function figureTrace(spans: readonly FigureSpan[]): string {
  const phases = ["in", "compute", "out"] as const;
  const traceEvents = spans.map(({ rank, stage, batch, phase, op, startUs, endUs }) => ({
    name: `${op} ${stage}`,
    ph: "X",
    pid: rank,
    tid: phases.indexOf(phase),
    ts: startUs,
    dur: endUs - startUs,
    args: { rank, stage, batch, phase, op, pass: "forward", iteration: 0, images: 32 },
  }));
  return JSON.stringify({ traceEvents });
}
