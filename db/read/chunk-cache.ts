/** Decoded chunks, the least recently used dropped first, within a budget of bytes. Panning reads the same chunks again and again. */
import { SPAN_COLUMNS } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

export class ChunkCache {
  readonly #budgetBytes: number;
  /** In order of use: a Map keeps the order of insertion. */
  readonly #chunks = new Map<number, SpanColumns>();
  #sizeBytes = 0;

  constructor({ budgetBytes }: { budgetBytes: number }) {
    this.#budgetBytes = budgetBytes;
  }

  get(index: number): SpanColumns | undefined {
    const columns = this.#chunks.get(index);
    if (columns === undefined) return undefined;
    this.#chunks.delete(index);
    this.#chunks.set(index, columns);
    return columns;
  }

  /** Keeps at least the chunk just given, whatever the budget. */
  set(index: number, columns: SpanColumns): void {
    this.#chunks.set(index, columns);
    this.#sizeBytes += sizeOf(columns);
    for (const [oldest, dropped] of this.#chunks) {
      if (this.#sizeBytes <= this.#budgetBytes || oldest === index) break;
      this.#chunks.delete(oldest);
      this.#sizeBytes -= sizeOf(dropped);
    }
  }
}

function sizeOf(columns: SpanColumns): number {
  let sizeBytes = 0;
  for (const name of SPAN_COLUMNS) sizeBytes += columns[name].byteLength;
  return sizeBytes;
}
