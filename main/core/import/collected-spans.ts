/**
 * Spans as an importer meets them: columns in the order of reading, with what the recogniser said of each, before anything
 * is sorted, ranked or packed. A row is claimed when a span begins and may be taken back; `duration` −1 marks those.
 */
import { growColumn } from "./growing.ts";
import type { Recognised } from "./recognise/contract.ts";
import { RecognisedSpans } from "./recognise/recognised-spans.ts";
import type { RecognisedPart } from "./recognise/recognised-spans.ts";

/** Duration of a row that is no span: taken back, or not closed yet. */
const NO_SPAN = -1;

/** `CollectedSpans` as plain data, cut to its length. */
export interface SpanRows {
  readonly length: number;
  /** Rows that hold a span. */
  readonly spans: number;
  readonly start: Float64Array<ArrayBuffer>;
  readonly duration: Float64Array<ArrayBuffer>;
  readonly lane: Int32Array<ArrayBuffer>;
  readonly name: Int32Array<ArrayBuffer>;
  /** Absent where no span has any. */
  readonly args: { readonly at: Float64Array<ArrayBuffer>; readonly length: Int32Array<ArrayBuffer> } | undefined;
  readonly recognised: RecognisedPart;
}

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
  argsLength: Int32Array<ArrayBuffer>;
  readonly recognised: RecognisedSpans;
  /** Whether some span has arguments. */
  hasArgs = false;
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.start = new Float64Array(capacity);
    this.duration = new Float64Array(capacity);
    this.lane = new Int32Array(capacity);
    this.name = new Int32Array(capacity);
    this.argsAt = new Float64Array(capacity);
    this.argsLength = new Int32Array(capacity);
    this.recognised = new RecognisedSpans(capacity);
  }

  /** Claims the next row for a span that begins at `start`; it counts once `close` gave it a duration. */
  open(start: number, lane: number, name: number): number {
    if (this.length === this.#capacity) this.#grow();
    const row = this.length++;
    this.start[row] = start;
    this.duration[row] = NO_SPAN;
    this.lane[row] = lane;
    this.name[row] = name;
    return row;
  }

  close(row: number, duration: number): void {
    this.duration[row] = duration;
    this.spans++;
  }

  setArgs(row: number, address: number, length: number): void {
    this.hasArgs = true;
    this.argsAt[row] = address;
    this.argsLength[row] = length;
  }

  recognise(row: number, said: Recognised): void {
    this.recognised.set(row, said);
  }

  /** Puts columns from elsewhere behind these. `laneOf` and `nameOf` tell the ids here. */
  append(
    part: SpanRows,
    {
      laneOf,
      nameOf,
      argsShift,
    }: { readonly laneOf: readonly number[]; readonly nameOf: readonly number[]; readonly argsShift: number },
  ): void {
    const { length } = part;
    const row = this.length;
    if (row + length > this.#capacity) this.#grow(row + length);
    this.start.set(part.start, row);
    this.duration.set(part.duration, row);
    for (let at = 0; at < length; at++) {
      this.lane[row + at] = laneOf[part.lane[at]];
      this.name[row + at] = nameOf[part.name[at]];
    }
    const { args } = part;
    for (let at = 0; args !== undefined && at < length; at++) {
      if (args.length[at] > 0) this.setArgs(row + at, args.at[at] + argsShift, args.length[at]);
    }
    this.length += length;
    this.spans += part.spans;
    this.recognised.append(row, part.recognised, (rule) => rule);
  }

  /** Bytes that a row takes. */
  get rowBytes(): number {
    return 24 + (this.hasArgs ? 12 : 0) + this.recognised.rowBytes;
  }

  /** Takes back all rows; the memory stays for the next ones. */
  clear(): void {
    if (this.hasArgs) this.argsLength.fill(0, 0, this.length);
    this.recognised.clear(this.length);
    this.length = this.spans = 0;
    this.hasArgs = false;
  }

  #grow(rows = 0): void {
    const capacity = (this.#capacity = Math.max(rows, this.#capacity * 2));
    this.start = growColumn(this.start, capacity);
    this.duration = growColumn(this.duration, capacity);
    this.lane = growColumn(this.lane, capacity);
    this.name = growColumn(this.name, capacity);
    // Memory that nobody wrote to takes no room; copying would.
    this.argsAt = this.hasArgs ? growColumn(this.argsAt, capacity) : new Float64Array(capacity);
    this.argsLength = this.hasArgs ? growColumn(this.argsLength, capacity) : new Int32Array(capacity);
    this.recognised.grow(capacity);
  }
}
