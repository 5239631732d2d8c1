/**
 * The work of a scope by stage, batch, pass and phase: how long, from when to when, and which span stands for it. Tables of
 * stages × batches, made for a pass and phase when they first occur. Refuses nothing: callers have chosen the spans.
 */
import { PHASE_COMPUTE, PHASES } from "#common/model.ts";

interface Work {
  /** Ordinal. */
  readonly stage: number;
  readonly batch: number;
  readonly pass: number;
  readonly phase: number;
  readonly start: number;
  readonly end: number;
  readonly lane: number;
  readonly span: number;
}

interface PhaseTable {
  /** ns, NaN for none. */
  readonly sum: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** The span that a cell selects. */
interface ShownSpans {
  readonly span: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly lane: Int32Array;
  readonly isCompute: Uint8Array;
}

export class ScopeWork {
  readonly rows: number;
  /** Ascending. */
  readonly batches: Int32Array;
  readonly #position: ReadonlyMap<number, number>;
  readonly #tables = new Map<number, PhaseTable>();
  readonly #shown = new Map<number, ShownSpans>();

  /** @param batches that occur, in any order and number */
  constructor({ rows, batches }: { rows: number; batches: readonly number[] }) {
    this.rows = rows;
    this.batches = Int32Array.from(new Set(batches)).sort();
    this.#position = new Map(Array.from(this.batches, (batch, at) => [batch, at]));
  }

  get batchCount(): number {
    return this.batches.length;
  }

  /** Spans in order of start. */
  add({ stage, batch, pass, phase, start, end, lane, span }: Work): void {
    const cell = stage * this.batchCount + (this.#position.get(batch) ?? 0);
    const table = this.#tableOf(pass, phase);
    table.sum[cell] = (Number.isNaN(table.sum[cell]) ? 0 : table.sum[cell]) + end - start;
    if (!(table.start[cell] <= start)) table.start[cell] = start;
    if (!(table.end[cell] >= end)) table.end[cell] = end;
    const shown = this.shownOf(pass);
    if (shown.span[cell] !== -1 && (phase !== PHASE_COMPUTE || shown.isCompute[cell] === 1)) return;
    shown.span[cell] = span;
    shown.start[cell] = start;
    shown.end[cell] = end;
    shown.lane[cell] = lane;
    shown.isCompute[cell] = phase === PHASE_COMPUTE ? 1 : 0;
  }

  hasPass(pass: number): boolean {
    return this.#shown.has(pass);
  }

  sums(pass: number, phase: number): Float64Array {
    return this.#tableOf(pass, phase).sum;
  }

  starts(pass: number, phase: number): Float64Array {
    return this.#tableOf(pass, phase).start;
  }

  ends(pass: number, phase: number): Float64Array {
    return this.#tableOf(pass, phase).end;
  }

  shownOf(pass: number): ShownSpans {
    const cells = this.rows * this.batchCount;
    let shown = this.#shown.get(pass);
    if (shown === undefined) {
      shown = {
        span: new Float64Array(cells).fill(-1),
        start: new Float64Array(cells),
        end: new Float64Array(cells),
        lane: new Int32Array(cells).fill(-1),
        isCompute: new Uint8Array(cells),
      };
      this.#shown.set(pass, shown);
    }
    return shown;
  }

  #tableOf(pass: number, phase: number): PhaseTable {
    const key = pass * PHASES.length + phase;
    const cells = this.rows * this.batchCount;
    let table = this.#tables.get(key);
    if (table === undefined) {
      const empty = () => new Float64Array(cells).fill(NaN);
      table = { sum: empty(), start: empty(), end: empty() };
      this.#tables.set(key, table);
    }
    return table;
  }
}
