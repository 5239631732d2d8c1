/**
 * A captured run whose contention is known, for tests: workers advance together in continuous time, and each computes slower by
 * `slowdownPerRank` for every other one that computes at that moment. It shares nothing with main/core/simulate.
 */
import type { StageRange } from "../../../main/common/schedule/partition.ts";
import type { WhatIfInput } from "../../../main/core/simulate/what-if.ts";
import { columnsOf, type Work } from "../analysis/work.ts";

interface Truth {
  readonly partition: readonly StageRange[];
  /** Of each stage, undisturbed, ns. */
  readonly costs: readonly number[];
  readonly slowdownPerRank: number;
  readonly batches: number;
  /** Factor on the cost of a stage and batch; 1 when left out. */
  readonly disturb?: (stage: number, batch: number) => number;
  readonly kind?: "captured" | "imported";
}

/** Bringing a batch in and handing it out take this long each, and disturb nobody. */
const TRANSFER_NS = 1_000;
const BUFFER_DEPTH = 2;
/** Of a continuous time in ns: less is nothing. */
const NOTHING = 1e-6;

interface Step {
  readonly phase: "in" | "compute" | "out";
  readonly stage: number;
}

interface Worker {
  readonly steps: readonly Step[];
  batch: number;
  step: number;
  startNs: number;
  /** Undisturbed ns still to do; undefined while it waits. */
  leftNs: number | undefined;
}

export function captureTruth({ kind = "captured", ...truth }: Truth): WhatIfInput {
  const input = columnsOf(runWorkers(truth));
  return { ...input, run: { name: "truth", kind } };
}

function runWorkers({ partition, costs, slowdownPerRank, batches, disturb = () => 1 }: Truth): readonly Work[] {
  const work: Work[] = [];
  const workers = partition.map(({ first, last }): Worker => ({
    steps: [
      { phase: "in", stage: first },
      ...costs.keys().flatMap((stage) => (stage < first || stage > last ? [] : [{ phase: "compute" as const, stage }])),
      { phase: "out", stage: last },
    ],
    batch: 0,
    step: 0,
    startNs: 0,
    leftNs: undefined,
  }));
  /** Batches that a worker has handed out, and that it has taken. */
  const given = workers.map(() => 0);
  const taken = workers.map(() => 0);
  const mayStart = (at: number): boolean => {
    const { batch, step, steps } = workers[at];
    if (batch === batches) return false;
    if (step === 0) return at === 0 || given[at - 1] > batch;
    if (step < steps.length - 1) return true;
    return at === workers.length - 1 || given[at] - taken[at + 1] < BUFFER_DEPTH;
  };
  for (let now = 0; ;) {
    for (const [at, worker] of workers.entries()) {
      if (worker.leftNs !== undefined || !mayStart(at)) continue;
      const { phase, stage } = worker.steps[worker.step];
      worker.startNs = now;
      worker.leftNs = phase === "compute" ? costs[stage] * disturb(stage, worker.batch) : TRANSFER_NS;
    }
    const active = workers.filter(({ leftNs }) => leftNs !== undefined);
    if (active.length === 0) return work;
    const isComputing = ({ steps, step }: Worker): boolean => steps[step].phase === "compute";
    const slowdown = 1 + slowdownPerRank * (active.filter(isComputing).length - 1);
    const paceOf = (worker: Worker): number => (isComputing(worker) ? slowdown : 1);
    const passNs = Math.min(...active.map((worker) => (worker.leftNs ?? 0) * paceOf(worker)));
    now += passNs;
    for (const worker of active) worker.leftNs = (worker.leftNs ?? 0) - passNs / paceOf(worker);
    for (const [at, worker] of workers.entries()) {
      if (worker.leftNs === undefined || worker.leftNs > NOTHING) continue;
      const { phase, stage } = worker.steps[worker.step];
      const start = Math.round(worker.startNs);
      work.push({
        replica: 0,
        rank: at,
        iteration: 0,
        stage,
        batch: worker.batch,
        pass: "forward",
        phase,
        start,
        duration: Math.round(now) - start,
      });
      if (phase === "in") taken[at] += 1;
      if (phase === "out") given[at] += 1;
      worker.leftNs = undefined;
      worker.step = (worker.step + 1) % worker.steps.length;
      if (worker.step === 0) worker.batch += 1;
    }
  }
}
