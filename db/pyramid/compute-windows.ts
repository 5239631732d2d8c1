/**
 * Collects while spans pass by when each iteration of each replica computes, between which times all of its work lies, and
 * how many batches, ranks, replicas and iterations there are: all that the list of windows and the choice of a scope need, so
 * that opening a run reads no spans, and a report only those of its scope. Which windows are warm-up is for the analysis to say.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE, PHASES, phaseCode } from "#common/model.ts";
import type { Lane, SpanColumns, Stage } from "#common/model.ts";

/** First start and last end of the compute spans that belong to a rank; iteration −1: of those without one. */
export interface ComputeWindow {
  readonly replica: number;
  readonly iteration: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** How many different ones the spans of the phases in, compute and out have. */
interface WorkCounts {
  readonly batches: number;
  readonly ranks: number;
  readonly replicas: number;
  readonly iterations: number;
}

export interface ComputeWindows {
  /** By replica, then iteration. */
  readonly windows: readonly ComputeWindow[];
  /** Of the same entries: first start and last end of the spans of every phase. */
  readonly work: readonly ComputeWindow[];
  /** Whether any span of the phases in, compute and out has an iteration. */
  readonly hasIterations: boolean;
  readonly counts: WorkCounts;
}

interface Window {
  startNs: number;
  endNs: number;
  workStartNs: number;
  workEndNs: number;
  /** Whether there is a span of the phases in, compute and out. */
  hasWork: boolean;
}

/** Per phase code: 1 for in, compute and out; 2 for the others that belong to an iteration; 0 for none. */
const KIND_OF_PHASE = Uint8Array.from(PHASES, (phase) =>
  phase === "none" ? 0 : ["in", "compute", "out"].includes(phase) ? 1 : 2,
);
const KIND_WORK = KIND_OF_PHASE[phaseCode("compute")];
/** Batches below this are noted in a table, the others, which are ids of something else, in a set. */
const TABLED_BATCHES = 1 << 24;

export class ComputeWindowCollector {
  readonly #replicaOf: Int32Array;
  readonly #rankOfLane: Int32Array;
  readonly #rankOfStage: Int32Array;
  readonly #found = new Map<number, Map<number, Window>>();
  /** By lane · (stages + 1) + stage + 1: 1 where work was seen. */
  readonly #places: Uint8Array;
  #batches = new Uint8Array(1024);
  readonly #largeBatches = new Set<number>();
  #hasIterations = false;

  constructor({ lanes, stages }: { lanes: readonly Lane[]; stages: readonly Stage[] }) {
    this.#replicaOf = Int32Array.from(lanes, ({ replica }) => replica ?? 0);
    this.#rankOfLane = Int32Array.from(lanes, ({ rank }) => rank ?? NONE);
    // A stage has a rank, be it its own ordinal.
    this.#rankOfStage = Int32Array.from(stages, ({ rank, ordinal }) => rank ?? ordinal);
    this.#places = new Uint8Array(lanes.length * (stages.length + 1));
  }

  add({ length, lane, start, duration, stage, batch, iteration, phase }: SpanColumns): void {
    const width = this.#rankOfStage.length + 1;
    let replicaNow = NONE;
    let iterationNow = NONE - 1;
    let window: Window | undefined;
    for (let i = 0; i < length; i++) {
      const kind = KIND_OF_PHASE[phase[i]];
      if (kind === 0) continue;
      const replica = this.#replicaOf[lane[i]];
      // Neighbours mostly share their window.
      if (window === undefined || replica !== replicaNow || iteration[i] !== iterationNow) {
        replicaNow = replica;
        iterationNow = iteration[i];
        window = this.#windowOf(replica, iterationNow);
      }
      const from = start[i];
      const end = from + duration[i];
      if (from < window.workStartNs) window.workStartNs = from;
      if (end > window.workEndNs) window.workEndNs = end;
      if (kind !== KIND_WORK) continue;
      if (iteration[i] !== NONE) this.#hasIterations = true;
      window.hasWork = true;
      this.#places[lane[i] * width + stage[i] + 1] = 1;
      if (batch[i] !== NONE) this.#noteBatch(batch[i]);
      if (phase[i] !== PHASE_COMPUTE || (stage[i] === NONE && this.#rankOfLane[lane[i]] === NONE)) continue;
      if (from < window.startNs) window.startNs = from;
      if (end > window.endNs) window.endNs = end;
    }
  }

  list(): ComputeWindows {
    const all = [...this.#found].flatMap(([replica, ofReplica]) =>
      [...ofReplica].map(([iteration, window]) => ({ replica, iteration, ...window })),
    );
    all.sort((a, b) => a.replica - b.replica || a.iteration - b.iteration);
    const computing = all.filter(({ startNs, endNs }) => startNs <= endNs);
    const working = all.filter(({ hasWork }) => hasWork);
    return {
      windows: computing.map(({ replica, iteration, startNs, endNs }) => ({ replica, iteration, startNs, endNs })),
      work: computing.map(({ replica, iteration, workStartNs, workEndNs }) => ({
        replica,
        iteration,
        startNs: workStartNs,
        endNs: workEndNs,
      })),
      hasIterations: this.#hasIterations,
      counts: {
        batches: this.#batches.reduce((sum, seen) => sum + seen, this.#largeBatches.size),
        ranks: this.#countRanks(),
        replicas: new Set(working.map(({ replica }) => replica)).size,
        iterations: new Set(working.map(({ iteration }) => iteration).filter((iteration) => iteration !== NONE)).size,
      },
    };
  }

  #countRanks(): number {
    const ranks = new Set<number>();
    const width = this.#rankOfStage.length + 1;
    this.#places.forEach((seen, place) => {
      if (seen === 0) return;
      const stage = (place % width) - 1;
      const rank = this.#rankOfLane[Math.floor(place / width)];
      ranks.add(rank === NONE && stage !== NONE ? this.#rankOfStage[stage] : rank);
    });
    ranks.delete(NONE);
    return ranks.size;
  }

  #noteBatch(batch: number): void {
    if (batch < 0 || batch >= TABLED_BATCHES) {
      this.#largeBatches.add(batch);
      return;
    }
    if (batch >= this.#batches.length) {
      const grown = new Uint8Array(Math.min(TABLED_BATCHES, 2 ** Math.ceil(Math.log2(batch + 1))));
      grown.set(this.#batches);
      this.#batches = grown;
    }
    this.#batches[batch] = 1;
  }

  #windowOf(replica: number, iteration: number): Window {
    let ofReplica = this.#found.get(replica);
    if (ofReplica === undefined) this.#found.set(replica, (ofReplica = new Map<number, Window>()));
    let window = ofReplica.get(iteration);
    if (window === undefined) {
      window = { startNs: Infinity, endNs: -Infinity, workStartNs: Infinity, workEndNs: -Infinity, hasWork: false };
      ofReplica.set(iteration, window);
    }
    return window;
  }
}
