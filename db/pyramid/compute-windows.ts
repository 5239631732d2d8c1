/**
 * Collects when each iteration of each replica computes, while spans pass by: all that the list of windows needs, so that
 * opening a run reads no spans. Which of them are warm-up is for the analysis to say.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE, phaseCode } from "#common/model.ts";
import type { Lane, SpanColumns } from "#common/model.ts";

/** First start and last end of the compute spans that belong to a rank; iteration −1: of those without one. */
export interface ComputeWindow {
  readonly replica: number;
  readonly iteration: number;
  readonly startNs: number;
  readonly endNs: number;
}

export interface ComputeWindows {
  /** By replica, then iteration. */
  readonly windows: readonly ComputeWindow[];
  /** Whether any span of the phases in, compute and out has an iteration. */
  readonly hasIterations: boolean;
}

interface Span {
  startNs: number;
  endNs: number;
}

const PHASE_IN = phaseCode("in");
const PHASE_OUT = phaseCode("out");

export class ComputeWindowCollector {
  readonly #replicaOf: Int32Array;
  readonly #hasRank: Uint8Array;
  readonly #found = new Map<number, Map<number, Span>>();
  #hasIterations = false;

  constructor(lanes: readonly Lane[]) {
    this.#replicaOf = Int32Array.from(lanes, ({ replica }) => replica ?? 0);
    this.#hasRank = Uint8Array.from(lanes, ({ rank }) => (rank === undefined ? 0 : 1));
  }

  add({ length, lane, start, duration, stage, iteration, phase }: SpanColumns): void {
    let replicaNow = NONE;
    let iterationNow = NONE - 1;
    let window: Span | undefined;
    for (let i = 0; i < length; i++) {
      if (phase[i] !== PHASE_COMPUTE) {
        if (iteration[i] !== NONE && (phase[i] === PHASE_IN || phase[i] === PHASE_OUT)) this.#hasIterations = true;
        continue;
      }
      if (iteration[i] !== NONE) this.#hasIterations = true;
      // A stage has a rank, be it its own ordinal.
      if (stage[i] === NONE && this.#hasRank[lane[i]] === 0) continue;
      const replica = this.#replicaOf[lane[i]];
      // Neighbours mostly share their window.
      if (window === undefined || replica !== replicaNow || iteration[i] !== iterationNow) {
        replicaNow = replica;
        iterationNow = iteration[i];
        window = this.#windowOf(replica, iterationNow);
      }
      const end = start[i] + duration[i];
      if (start[i] < window.startNs) window.startNs = start[i];
      if (end > window.endNs) window.endNs = end;
    }
  }

  list(): ComputeWindows {
    const windows = [...this.#found].flatMap(([replica, ofReplica]) =>
      [...ofReplica].map(([iteration, window]) => ({ replica, iteration, ...window })),
    );
    windows.sort((a, b) => a.replica - b.replica || a.iteration - b.iteration);
    return { windows, hasIterations: this.#hasIterations };
  }

  #windowOf(replica: number, iteration: number): Span {
    let ofReplica = this.#found.get(replica);
    if (ofReplica === undefined) this.#found.set(replica, (ofReplica = new Map<number, Span>()));
    let window = ofReplica.get(iteration);
    if (window === undefined) ofReplica.set(iteration, (window = { startNs: Infinity, endNs: -Infinity }));
    return window;
  }
}
