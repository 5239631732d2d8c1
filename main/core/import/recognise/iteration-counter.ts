/**
 * Tells the iteration of spans that do not say it: how often the same work (rank, stage, pass, phase, batch) came before.
 * Repetitions with nothing of the batch between them are parts of one piece of work and stay in one iteration. Memory grows
 * with the distinct batches per (rank, stage, pass, phase), not with spans.
 */
import { PHASE_COMPUTE } from "#common/model.ts";

/** Array entries that a work may have for each batch it met; batches beyond are kept in a map. */
const ROOM = 4;

interface Work {
  /** How often the batch was met, by batch. */
  counts: Uint32Array;
  /** Batches beyond the array. */
  readonly rare: Map<number, number>;
  /** Spans counted. */
  met: number;
  last: number;
  /** Turn of the stage when `last` was met. */
  turn: number;
}

/** A stage of a rank: what it computes at the moment, and all its works. */
interface StageWorks {
  pass: number;
  batch: number;
  /** Changes with every new computation. */
  turn: number;
  /** By pass · 8 + phase. */
  readonly works: (Work | undefined)[];
}

export class IterationCounter {
  readonly #stageCount: number;
  readonly #stages = new Map<number, StageWorks>();
  /** By group · stage count + stage, for the first places: most runs have no more. */
  readonly #near: (StageWorks | undefined)[] = new Array<StageWorks | undefined>(NEAR_PLACES).fill(undefined);

  constructor(stageCount: number) {
    this.#stageCount = stageCount;
  }

  /**
   * Iteration of the next span of a work; calls follow the canonical order.
   * @param pass and phase are below 8
   */
  next(group: number, stage: number, pass: number, phase: number, batch: number): number {
    const of = this.#stageOf(group * this.#stageCount + stage);
    const place = pass * 8 + phase;
    const work = (of.works[place] ??= createWork());
    const isCompute = phase === PHASE_COMPUTE;
    const continues = isCompute && of.pass === pass && of.batch === batch;
    if (isCompute && !continues) {
      of.pass = pass;
      of.batch = batch;
      of.turn++;
    }
    const isPart = work.last === batch && (isCompute ? continues : of.batch !== batch || of.turn === work.turn);
    const met = isPart ? countOf(work, batch) : addOne(work, batch);
    work.last = batch;
    work.turn = of.turn;
    return met - 1;
  }

  #stageOf(place: number): StageWorks {
    let of = place < NEAR_PLACES ? this.#near[place] : this.#stages.get(place);
    if (of === undefined) {
      of = { pass: -1, batch: -1, turn: 0, works: [] };
      if (place < NEAR_PLACES) this.#near[place] = of;
      else this.#stages.set(place, of);
    }
    return of;
  }
}

const NEAR_PLACES = 4096;

function createWork(): Work {
  return { counts: new Uint32Array(16), rare: new Map(), met: 0, last: -1, turn: -1 };
}

function countOf(work: Work, batch: number): number {
  return batch < work.counts.length ? work.counts[batch] : (work.rare.get(batch) ?? 0);
}

function addOne(work: Work, batch: number): number {
  work.met++;
  if (batch >= work.counts.length) {
    if (batch > ROOM * (work.met + 16)) {
      const count = (work.rare.get(batch) ?? 0) + 1;
      work.rare.set(batch, count);
      return count;
    }
    enlarge(work, batch);
  }
  return ++work.counts[batch];
}

/** Makes the array reach the batch, and takes over what lay in the map. */
function enlarge(work: Work, batch: number): void {
  const counts = new Uint32Array(Math.max(batch + 1, work.counts.length * 2));
  counts.set(work.counts);
  for (const [known, count] of work.rare) {
    if (known >= counts.length) continue;
    counts[known] = count;
    work.rare.delete(known);
  }
  work.counts = counts;
}
