/**
 * What was recognised of every collected span, in eight bytes a span: a saying that many spans share, and the batch.
 * Sequence number and iteration take memory only in traces that say them. Rows are claimed by the owner of the spans.
 */
import { growColumn } from "../growing.ts";
import { UNSAID } from "./contract.ts";
import type { Recognised, RecognisedColumns, Saying } from "./contract.ts";
import { NO_SAYING, Sayings } from "./sayings.ts";

type Column = Int32Array<ArrayBuffer>;

export class RecognisedSpans implements RecognisedColumns {
  sayings = new Sayings();
  /** By row: id in `sayings`. */
  saying: Column;
  /** By row: counts only where something is said. */
  batch: Column;
  /** By row: number + 1, so that fresh memory says nothing; absent until some span says one. */
  #seq: Column | undefined;
  #iteration: Column | undefined;

  constructor(capacity: number) {
    this.saying = new Int32Array(capacity);
    this.batch = new Int32Array(capacity);
  }

  /** Index of the rule, UNSAID for a span that is no pipeline work. */
  rule(row: number): number {
    return this.sayings.rule[this.saying[row]];
  }

  phase(row: number): number {
    return this.sayings.phase[this.saying[row]];
  }

  seq(row: number): number {
    return this.#seq === undefined ? UNSAID : (this.#seq[row] - 1) | 0;
  }

  iteration(row: number): number {
    return this.#iteration === undefined ? UNSAID : (this.#iteration[row] - 1) | 0;
  }

  setIteration(row: number, iteration: number): void {
    if (iteration === UNSAID && this.#iteration === undefined) return;
    this.#iteration ??= new Int32Array(this.saying.length);
    this.#iteration[row] = iteration + 1;
  }

  set(row: number, said: Recognised): void {
    this.setNumbers(row, this.sayings.add(said), said);
  }

  /** The same where the id of the saying is known. */
  setNumbers(row: number, saying: number, { batch, seq, iteration }: Recognised): void {
    this.saying[row] = saying;
    this.batch[row] = batch;
    this.setIteration(row, iteration);
    this.#setSeq(row, seq);
  }

  /** Takes back what was said of a row. */
  takeBack(row: number): void {
    this.saying[row] = NO_SAYING;
  }

  /** Takes back what was said of the first `length` rows, as if nothing had ever been said. */
  clear(length: number): void {
    this.sayings = new Sayings();
    this.saying.fill(NO_SAYING, 0, length);
    this.#seq = this.#iteration = undefined;
  }

  /** Bytes that a row takes. */
  get rowBytes(): number {
    return 8 + (this.#seq === undefined ? 0 : 4) + (this.#iteration === undefined ? 0 : 4);
  }

  copy(from: number, to: number): void {
    this.saying[to] = this.saying[from];
    this.batch[to] = this.batch[from];
    this.setIteration(to, this.iteration(from));
    this.#setSeq(to, this.seq(from));
  }

  grow(capacity: number): void {
    this.saying = growColumn(this.saying, capacity);
    this.batch = growColumn(this.batch, capacity);
    if (this.#seq !== undefined) this.#seq = growColumn(this.#seq, capacity);
    if (this.#iteration !== undefined) this.#iteration = growColumn(this.#iteration, capacity);
  }

  /** What crosses a thread. @param take copies the rows of a column */
  pack(take: (column: Column) => Column): RecognisedPart {
    const { size } = this.sayings;
    return {
      sayings: Array.from({ length: size }, (_, id) => this.sayings.at(id)),
      saying: take(this.saying),
      batch: take(this.batch),
      seq: this.#seq === undefined ? undefined : take(this.#seq),
      iteration: this.#iteration === undefined ? undefined : take(this.#iteration),
    };
  }

  /** Puts what was packed elsewhere behind the first `row` rows, for which there is room. @param ruleOf by rule of the part */
  append(row: number, part: RecognisedPart, ruleOf: (rule: number) => number): void {
    const idOf = Int32Array.from(part.sayings, (said) => this.sayings.add({ ...said, rule: ruleOf(said.rule) }));
    const { length } = part.saying;
    for (let at = 0; at < length; at++) this.saying[row + at] = idOf[part.saying[at]];
    this.batch.set(part.batch, row);
    if (part.seq !== undefined) (this.#seq ??= new Int32Array(this.saying.length)).set(part.seq, row);
    if (part.iteration === undefined) return;
    (this.#iteration ??= new Int32Array(this.saying.length)).set(part.iteration, row);
  }

  #setSeq(row: number, seq: number): void {
    if (seq === UNSAID && this.#seq === undefined) return;
    this.#seq ??= new Int32Array(this.saying.length);
    this.#seq[row] = seq + 1;
  }
}

/** `RecognisedSpans` as plain data; sequence number and iteration are one more than said, 0 for none. */
export interface RecognisedPart {
  readonly sayings: readonly Saying[];
  readonly saying: Column;
  readonly batch: Column;
  readonly seq: Column | undefined;
  readonly iteration: Column | undefined;
}
