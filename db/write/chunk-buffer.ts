/**
 * Cuts appended spans of any length into chunks of `CHUNK_SPANS` and hands each over once. Holds at most one chunk; a whole
 * chunk that arrives in one piece is handed on without copying.
 */
import { SPAN_COLUMNS, createSpanColumns, sliceSpanColumns } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import { sliceSpanArgs } from "../columns/span-args.ts";
import type { SpanArgs } from "../columns/span-args.ts";
import { CHUNK_SPANS } from "../columns/zone.ts";

export type TakeChunk = (columns: SpanColumns, args: SpanArgs) => void;

export class ChunkBuffer {
  readonly #take: TakeChunk;
  readonly #columns = createSpanColumns(CHUNK_SPANS);
  readonly #offsets = new Uint32Array(CHUNK_SPANS + 1);
  #bytes = new Uint8Array(0);
  #length = 0;

  /** `take` must not keep what it is given: the arrays are used again. */
  constructor(take: TakeChunk) {
    this.#take = take;
  }

  append(columns: SpanColumns, args: SpanArgs): void {
    let from = 0;
    while (from < columns.length) {
      const to = Math.min(columns.length, from + CHUNK_SPANS - this.#length);
      const piece = sliceSpanColumns(columns, { from, to });
      if (to - from === CHUNK_SPANS) this.#take(piece, sliceSpanArgs(args, { from, to }));
      else this.#copy(piece, args, from);
      if (this.#length === CHUNK_SPANS) this.flush();
      from = to;
    }
  }

  /** Hands over what is left. */
  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    this.#length = 0;
    this.#take(sliceSpanColumns(this.#columns, { from: 0, to: length }), {
      offsets: this.#offsets.subarray(0, length + 1),
      bytes: this.#bytes,
    });
  }

  #copy(piece: SpanColumns, args: SpanArgs, from: number): void {
    const at = this.#length;
    for (const name of SPAN_COLUMNS) this.#columns[name].set(piece[name], at);
    const firstByte = args.offsets[from];
    const lastByte = args.offsets[from + piece.length];
    const used = this.#offsets[at];
    this.#reserve(used + lastByte - firstByte, used);
    this.#bytes.set(args.bytes.subarray(firstByte, lastByte), used);
    for (let i = 1; i <= piece.length; i++) this.#offsets[at + i] = used + args.offsets[from + i] - firstByte;
    this.#length = at + piece.length;
  }

  #reserve(needed: number, used: number): void {
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, used));
    this.#bytes = grown;
  }
}
