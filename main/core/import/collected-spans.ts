/**
 * Spans as an importer meets them: columns in the order of reading, with what the recogniser said of each, before anything
 * is sorted, ranked or packed. A row is claimed when a span begins and may be taken back; `duration` −1 marks those.
 */
import { UNSAID } from "./recognise/contract.ts";
import type { Recognised, RecognisedColumns } from "./recognise/contract.ts";
import { growColumn } from "./growing.ts";

/** Duration of a row that is no span: taken back, or not closed yet. */
const NO_SPAN = -1;

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

export class CollectedSpans {
  /** Rows claimed so far. */
  length = 0;
  /** Rows that hold a span. */
  spans = 0;
  /** Ns from the time base of the importer. */
  start: Float64Array<ArrayBuffer>;
  duration: Float64Array<ArrayBuffer>;
  /** Index of the raw lane. */
  lane: Int32Array<ArrayBuffer>;
  name: Int32Array<ArrayBuffer>;
  /** Address in the arena and length; length 0 for none. */
  argsAt: Float64Array<ArrayBuffer>;
  argsLength: Uint32Array<ArrayBuffer>;
  recognised: Mutable<RecognisedColumns>;
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.start = new Float64Array(capacity);
    this.duration = new Float64Array(capacity);
    this.lane = new Int32Array(capacity);
    this.name = new Int32Array(capacity);
    this.argsAt = new Float64Array(capacity);
    this.argsLength = new Uint32Array(capacity);
    this.recognised = {
      rule: new Int16Array(capacity),
      stage: new Int32Array(capacity),
      chunk: new Int32Array(capacity),
      rank: new Int32Array(capacity),
      replica: new Int32Array(capacity),
      batch: new Int32Array(capacity),
      seq: new Int32Array(capacity),
      iteration: new Int32Array(capacity),
      pass: new Uint8Array(capacity),
      phase: new Uint8Array(capacity),
      op: new Int8Array(capacity),
    };
  }

  /** Claims the next row for a span that begins at `start`; it counts once `close` gave it a duration. */
  open(start: number, lane: number, name: number): number {
    if (this.length === this.#capacity) this.#grow();
    const row = this.length++;
    this.start[row] = start;
    this.duration[row] = NO_SPAN;
    this.lane[row] = lane;
    this.name[row] = name;
    this.recognised.rule[row] = UNSAID;
    return row;
  }

  close(row: number, duration: number): void {
    this.duration[row] = duration;
    this.spans++;
  }

  setArgs(row: number, address: number, length: number): void {
    this.argsAt[row] = address;
    this.argsLength[row] = length;
  }

  recognise(row: number, said: Recognised): void {
    const columns = this.recognised;
    columns.rule[row] = said.rule;
    columns.stage[row] = said.stage;
    columns.chunk[row] = said.chunk;
    columns.rank[row] = said.rank;
    columns.replica[row] = said.replica;
    columns.batch[row] = said.batch;
    columns.seq[row] = said.seq;
    columns.iteration[row] = said.iteration;
    columns.pass[row] = said.pass;
    columns.phase[row] = said.phase;
    columns.op[row] = said.op;
  }

  #grow(): void {
    const capacity = (this.#capacity = this.#capacity * 2);
    this.start = growColumn(this.start, capacity);
    this.duration = growColumn(this.duration, capacity);
    this.lane = growColumn(this.lane, capacity);
    this.name = growColumn(this.name, capacity);
    this.argsAt = growColumn(this.argsAt, capacity);
    this.argsLength = growColumn(this.argsLength, capacity);
    const { recognised } = this;
    // One by one: a loop over the keys would lose the kinds of the arrays.
    this.recognised = {
      rule: growColumn(recognised.rule as Int16Array<ArrayBuffer>, capacity),
      stage: growColumn(recognised.stage as Int32Array<ArrayBuffer>, capacity),
      chunk: growColumn(recognised.chunk as Int32Array<ArrayBuffer>, capacity),
      rank: growColumn(recognised.rank as Int32Array<ArrayBuffer>, capacity),
      replica: growColumn(recognised.replica as Int32Array<ArrayBuffer>, capacity),
      batch: growColumn(recognised.batch as Int32Array<ArrayBuffer>, capacity),
      seq: growColumn(recognised.seq as Int32Array<ArrayBuffer>, capacity),
      iteration: growColumn(recognised.iteration as Int32Array<ArrayBuffer>, capacity),
      pass: growColumn(recognised.pass as Uint8Array<ArrayBuffer>, capacity),
      phase: growColumn(recognised.phase as Uint8Array<ArrayBuffer>, capacity),
      op: growColumn(recognised.op as Int8Array<ArrayBuffer>, capacity),
    };
  }
}
