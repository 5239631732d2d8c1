/**
 * Sums of ns per row, kind of work and bin of a tile: which stage a cell shows, and as which pass and phase. Kinds are few,
 * so each (row, kind) that occurs has a column of sums, and adding is one addition.
 */
import { PASSES, PHASES } from "#common/model.ts";
import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";

const PHASE_COUNT = PHASES.length;
const KINDS = PASSES.length * PHASE_COUNT;

/** Number of a kind of work: stage id, pass and phase in one. */
export function kindOf(stage: number, pass: number, phase: number): number {
  return stage * KINDS + pass * PHASE_COUNT + phase;
}

export class KindColumns {
  readonly #kindCount: number;
  /** By row · kindCount + kind: number of the column, from 1; 0 where there is none. */
  readonly #numbers: Int32Array;
  /** Columns one after the other. */
  #sums = new Float64Array(64 * TILE_BINS);
  #columnCount = 0;

  constructor(stageCount: number) {
    this.#kindCount = stageCount * KINDS;
    this.#numbers = new Int32Array(TILE_ROWS * this.#kindCount);
  }

  add(row: number, bin: number, kind: number, ns: number): void {
    const place = row * this.#kindCount + kind;
    let number = this.#numbers[place];
    if (number === 0) number = this.#numbers[place] = this.#addColumn();
    this.#sums[(number - 1) * TILE_BINS + bin] += ns;
  }

  #addColumn(): number {
    if ((this.#columnCount + 1) * TILE_BINS > this.#sums.length) {
      const grown = new Float64Array(this.#sums.length * 2);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    return ++this.#columnCount;
  }

  /**
   * Visits every cell in which anything was summed up: the ordinal of the stage with the greatest sum over its kinds, and
   * the greatest of these as `pass · 16 + phase`. Ties go to the lower ordinal, then to the lower pass and phase.
   */
  forEachCell(ordinals: Int32Array, visit: (cell: number, ordinal: number, passAndPhase: number) => void): void {
    const byOrdinal = [...ordinals.keys()].sort((a, b) => ordinals[a] - ordinals[b]);
    for (let row = 0; row < TILE_ROWS; row++) {
      const best = new Float64Array(TILE_BINS);
      const bestStage = new Int32Array(TILE_BINS).fill(-1);
      const bestKind = new Int32Array(TILE_BINS);
      for (const stage of byOrdinal) this.#compareStage(row, stage, { best, bestStage, bestKind });
      for (let bin = 0; bin < TILE_BINS; bin++) {
        if (bestStage[bin] === -1) continue;
        const kind = bestKind[bin] % KINDS;
        const passAndPhase = Math.floor(kind / PHASE_COUNT) * 16 + (kind % PHASE_COUNT);
        visit(row * TILE_BINS + bin, ordinals[bestStage[bin]], passAndPhase);
      }
    }
  }

  #compareStage(
    row: number,
    stage: number,
    { best, bestStage, bestKind }: { best: Float64Array; bestStage: Int32Array; bestKind: Int32Array },
  ): void {
    const first = row * this.#kindCount + stage * KINDS;
    const kinds: number[] = [];
    for (let kind = 0; kind < KINDS; kind++) if (this.#numbers[first + kind] !== 0) kinds.push(kind);
    if (kinds.length === 0) return;
    for (let bin = 0; bin < TILE_BINS; bin++) {
      let sum = 0;
      let greatest = 0;
      let greatestKind = 0;
      for (const kind of kinds) {
        const ns = this.#sums[(this.#numbers[first + kind] - 1) * TILE_BINS + bin];
        sum += ns;
        if (ns <= greatest) continue;
        greatest = ns;
        greatestKind = kind;
      }
      if (sum <= best[bin]) continue;
      best[bin] = sum;
      bestStage[bin] = stage;
      bestKind[bin] = stage * KINDS + greatestKind;
    }
  }
}
