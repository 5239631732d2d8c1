/**
 * Made-up executions for tests and the demo page: the figure's 28 blocks as a linear pipeline, and a training run with
 * several stages per rank and two replicas. Deterministic; durations are invented, dependencies are not.
 */
import type { Op } from "#common/model.ts";
import type { FakeLane, FakeRun, FakeSpan } from "./fake-run.ts";
import { fakeRun } from "./fake-run.ts";

/** REFERENCE §1. */
export const FIGURE_OPS: readonly Op[] = (
  "conv conv pool conv conv pool conv res conv res conv res conv pool conv res " +
  "conv res conv res conv res conv res conv res pool fc"
).split(" ") as Op[];

/** A generator of numbers in 0…1 that gives the same ones every time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORK_NS: Partial<Record<Op, number>> = { conv: 900_000, pool: 350_000, res: 700_000, fc: 300_000 };

/** 28 ranks, one block each, three lanes a rank (in, compute, out) that overlap across batches. */
export function figureRun({
  batches = 40,
  seed = 1,
  baseNs,
}: { batches?: number; seed?: number; baseNs?: number | undefined } = {}): FakeRun {
  const random = seededRandom(seed);
  const phases = ["in", "compute", "out"] as const;
  const lanes: FakeLane[] = FIGURE_OPS.flatMap((_, rank) =>
    phases.map((phase) => ({ replica: 0, rank, label: `rank ${rank} · ${phase}` })),
  );
  const spans: FakeSpan[] = [];
  const freeNs = lanes.map(() => 0);
  for (let batch = 0; batch < batches; batch++) {
    let readyNs = 0;
    for (const [stage, op] of FIGURE_OPS.entries()) {
      for (const [p, phase] of phases.entries()) {
        const lane = stage * 3 + p;
        const workNs = phase === "compute" ? (WORK_NS[op] ?? 500_000) : 160_000;
        const durationNs = Math.round(workNs * (0.85 + 0.3 * random()));
        const startNs = Math.max(readyNs, freeNs[lane]);
        readyNs = startNs + durationNs;
        freeNs[lane] = readyNs;
        spans.push({ lane, startNs, durationNs, stage, batch, iteration: 0, pass: "forward", phase });
      }
    }
  }
  const compute = spans.filter(({ phase }) => phase === "compute");
  const startNs = Math.min(...compute.map((span) => span.startNs));
  const endNs = Math.max(...compute.map((span) => span.startNs + span.durationNs));
  const windows = [{ iteration: 0, replica: 0, startNs, endNs, warmUp: false }];
  const rankOfStage = FIGURE_OPS.map((_, i) => i);
  const width = baseNs === undefined ? {} : { baseNs };
  return fakeRun({ name: "figure", ops: FIGURE_OPS, rankOfStage, lanes, spans, windows, ...width });
}

/** Training: forward through all stages, then backward; each rank runs `chunks` stages and one thing at a time. */
export function trainingRun({
  ranks = 4,
  chunks = 4,
  batches = 8,
  iterations = 6,
  replicas = 2,
  seed = 2,
  op = "other",
}: {
  ranks?: number;
  chunks?: number;
  batches?: number;
  iterations?: number;
  replicas?: number;
  seed?: number;
  op?: Op;
} = {}): FakeRun {
  const random = seededRandom(seed);
  const stages = ranks * chunks;
  const lanes: FakeLane[] = [];
  const spans: FakeSpan[] = [];
  const windows = [];
  for (let replica = 0; replica < replicas; replica++) {
    const firstLane = lanes.length;
    for (let rank = 0; rank < ranks; rank++) lanes.push({ replica, rank, label: `replica ${replica} · rank ${rank}` });
    let originNs = 1_000_000;
    for (let iteration = 0; iteration < iterations; iteration++) {
      const freeNs = new Array<number>(ranks).fill(originNs);
      const doneNs = new Map<string, number>();
      const own: FakeSpan[] = [];
      const run = (batch: number, { stage, pass }: { stage: number; pass: "forward" | "backward" }) => {
        const rank = stage % ranks;
        const before =
          pass === "forward"
            ? doneNs.get(`f${batch}/${stage - 1}`)
            : stage === stages - 1
              ? doneNs.get(`f${batch}/${stage}`)
              : doneNs.get(`b${batch}/${stage + 1}`);
        const startNs = Math.max(freeNs[rank], before ?? originNs) + Math.round(20_000 * random());
        const durationNs = Math.round((pass === "forward" ? 2_400_000 : 4_700_000) * (0.9 + 0.2 * random()));
        freeNs[rank] = startNs + durationNs;
        doneNs.set(`${pass === "forward" ? "f" : "b"}${batch}/${stage}`, startNs + durationNs);
        own.push({ lane: firstLane + rank, startNs, durationNs, stage, batch, iteration, pass, phase: "compute" });
      };
      // Groups of `ranks` batches go through chunk by chunk, as interleaved schedules do.
      for (let group = 0; group < batches; group += ranks) {
        for (let stage = 0; stage < stages; stage++) {
          for (let b = group; b < Math.min(batches, group + ranks); b++) run(b, { stage, pass: "forward" });
        }
      }
      for (let group = 0; group < batches; group += ranks) {
        for (let stage = stages - 1; stage >= 0; stage--) {
          for (let b = group; b < Math.min(batches, group + ranks); b++) run(b, { stage, pass: "backward" });
        }
      }
      const endNs = Math.max(...own.map((span) => span.startNs + span.durationNs));
      const startNs = Math.min(...own.map((span) => span.startNs));
      windows.push({ iteration, replica, startNs, endNs, warmUp: false });
      spans.push(...own);
      originNs = endNs + 6_000_000;
    }
  }
  return fakeRun({
    name: "training",
    ops: new Array<Op>(stages).fill(op),
    rankOfStage: Array.from({ length: stages }, (_, stage) => stage % ranks),
    lanes,
    spans,
    windows,
  });
}
