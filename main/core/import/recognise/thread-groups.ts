/**
 * Which threads of one process make up one rank, where nothing names ranks: a thread that computes is a worker; threads
 * that only transfer belong to the worker whose stages they serve. Knows lanes of one process only.
 */
import type { LaneFacts } from "./lane-facts.ts";

/** With more workers than this on one stage they are a pool, and no two of them are halves of one worker. */
const LARGEST_POOL_TO_PAIR = 8;

/**
 * Groups lanes into ranks. A transfer thread that serves several workers stays out: it belongs to no single rank.
 * @param lanes indexes in `facts`, all of one process
 */
export function groupThreads(lanes: readonly number[], facts: readonly LaneFacts[]): readonly (readonly number[])[] {
  const computing = lanes.filter((lane) => facts[lane].computeSpans > 0);
  if (computing.length === 0) return lanes.map((lane) => [lane]);
  const workers: number[][] = [];
  /** Workers by the first of their stages; those that say no stage are under Infinity. */
  const byStage = new Map<number, number[][]>();
  for (const lane of computing) {
    const near = byStage.get(facts[lane].stages.least) ?? [];
    byStage.set(facts[lane].stages.least, near);
    const partner =
      near.length > LARGEST_POOL_TO_PAIR || facts[lane].stages.least === Infinity
        ? undefined
        : near.find((worker) => worker.every((other) => (facts[lane].passes & facts[other].passes) === 0));
    if (partner !== undefined) {
      // Forward on one thread, backward on another (an autograd thread), for the same stages.
      partner.push(lane);
      continue;
    }
    const worker = [lane];
    workers.push(worker);
    near.push(worker);
  }
  attachTransfers(lanes, facts, workers);
  return workers;
}

function attachTransfers(lanes: readonly number[], facts: readonly LaneFacts[], workers: number[][]): void {
  const transferring = lanes.filter((lane) => facts[lane].computeSpans === 0);
  const SHARED = -1;
  /** By stage: index of the worker that computes it. */
  const workerOf = new Map<number, number>();
  workers.forEach((worker, index) => {
    for (const lane of worker) {
      for (const [stage] of facts[lane].stages.entries()) {
        const known = workerOf.get(stage);
        workerOf.set(stage, known === undefined || known === index ? index : SHARED);
      }
    }
  });
  for (const lane of transferring) {
    const served = new Set(
      workers.length === 1 ? [0] : [...facts[lane].stages.entries()].flatMap(([stage]) => workerOf.get(stage) ?? []),
    );
    const [only] = served;
    if (served.size === 1 && only !== SHARED) workers[only].push(lane);
  }
}
