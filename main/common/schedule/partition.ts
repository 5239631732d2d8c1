/**
 * The best contiguous partition of a chain of stages over workers, by dynamic programming.
 *
 * In a pipeline with enough buffers the initiation interval is the time of its slowest worker, so the best partition is the
 * one with the smallest maximum (the linear partition problem; Skiena, The Algorithm Design Manual, §10.7). This file knows
 * costs only: where they come from (a measured profile, FLOPs) is the caller's business.
 */

/** Stages first … last, both included, run by one worker. */
export interface StageRange {
  readonly first: number;
  readonly last: number;
}

export interface PartitionProblem {
  /** Time of every stage for one batch, in any one unit, 0 or more. */
  readonly costs: readonly number[];
  /** How many workers; at most as many are used as there are stages. */
  readonly workers: number;
  /**
   * Time that a worker spends on the transfer of a cut after stage i, added to both sides of it; in the unit of `costs`.
   * Left out: transfers are free.
   */
  readonly cutCosts?: readonly number[];
}

/** Time of one worker that runs a range, cuts included. */
export function rangeCost({ costs, cutCosts }: PartitionProblem, { first, last }: StageRange): number {
  let sum = 0;
  for (let stage = first; stage <= last; stage++) sum += costs[stage];
  if (first > 0) sum += cutCosts?.[first - 1] ?? 0;
  if (last < costs.length - 1) sum += cutCosts?.[last] ?? 0;
  return sum;
}

/** The slowest worker's time: the initiation interval that the partition allows. */
export function partitionInterval(problem: PartitionProblem, ranges: readonly StageRange[]): number {
  return Math.max(...ranges.map((range) => rangeCost(problem, range)));
}

/** Ranges of equal numbers of stages, the longer ones first. */
export function partitionEvenly({ stages, workers }: { stages: number; workers: number }): readonly StageRange[] {
  const parts = Math.min(stages, workers);
  return Array.from({ length: parts }, (_, part) => ({
    first: Math.ceil((part * stages) / parts),
    last: Math.ceil(((part + 1) * stages) / parts) - 1,
  }));
}

/**
 * Ranges with the smallest possible maximum cost; among equals the one with the longest last range.
 * O(workers · stages²) time, O(workers · stages) memory.
 * @throws RangeError without stages or workers, or when a cost is negative or not finite
 */
export function partitionBalanced(problem: PartitionProblem): readonly StageRange[] {
  const stages = problem.costs.length;
  const parts = Math.min(stages, problem.workers);
  if (stages === 0 || parts < 1) throw new RangeError("a partition needs at least one stage and one worker");
  if (problem.costs.some((cost) => !(cost >= 0 && Number.isFinite(cost)))) {
    throw new RangeError("costs of stages must be finite and not negative");
  }

  const sums = [0];
  for (const cost of problem.costs) sums.push(sums[sums.length - 1] + cost);
  const cut = (after: number): number => (after < 0 || after >= stages - 1 ? 0 : (problem.cutCosts?.[after] ?? 0));
  const cost = (first: number, last: number): number => sums[last + 1] - sums[first] + cut(first - 1) + cut(last);

  // best[k][j]: smallest maximum over stages 0…j cut into k + 1 ranges; from[k][j]: first stage of the last range.
  const best: number[][] = [Array.from({ length: stages }, (_, last) => cost(0, last))];
  const from: number[][] = [new Array<number>(stages).fill(0)];
  for (let part = 1; part < parts; part++) {
    const row = new Array<number>(stages).fill(Infinity);
    const firsts = new Array<number>(stages).fill(part);
    const above = best[part - 1];
    for (let last = part; last < stages; last++) {
      for (let first = part; first <= last; first++) {
        const maximum = Math.max(above[first - 1], cost(first, last));
        if (maximum < row[last]) {
          row[last] = maximum;
          firsts[last] = first;
        }
      }
    }
    best.push(row);
    from.push(firsts);
  }

  const ranges: StageRange[] = [];
  let last = stages - 1;
  for (let part = parts - 1; part >= 0; part--) {
    const first = from[part][last];
    ranges.unshift({ first, last });
    last = first - 1;
  }
  return ranges;
}

/**
 * Reads `0-2,3-7,8-27`; a single stage may be written as one number.
 * @returns undefined when the text is not a list of ranges that covers stages 0 … stages − 1 in order without gaps
 */
export function parsePartition({ text, stages }: { text: string; stages: number }): readonly StageRange[] | undefined {
  const ranges: StageRange[] = [];
  let next = 0;
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (first !== next || last < first) return undefined;
    ranges.push({ first, last });
    next = last + 1;
  }
  return next === stages ? ranges : undefined;
}
