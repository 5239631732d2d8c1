/**
 * Walks all spans of a run file in canonical order with their arguments as text: what every export of spans starts from.
 * One chunk is in memory at a time.
 */
import type { SpanColumns } from "#common/model.ts";

import type { RunReader } from "../../../db/index.ts";

export interface SpanChunk {
  /** Id of the chunk's first span. */
  readonly firstSpan: number;
  readonly columns: SpanColumns;
  /** JSON text of span i's arguments, exactly as read; undefined when it has none. */
  readonly argsAt: (i: number) => string | undefined;
}

export function* walkSpans(reader: RunReader): Generator<SpanChunk> {
  for (const { index, firstSpan } of reader.chunks) {
    const columns = reader.readChunk(index);
    const { offsets, bytes } = reader.readChunkArgs(index);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const argsAt = (i: number): string | undefined =>
      offsets[i] === offsets[i + 1] ? undefined : text.toString("utf8", offsets[i], offsets[i + 1]);
    yield { firstSpan, columns, argsAt };
  }
}

export interface ExportContext {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly step: string; readonly share?: number }) => void) | undefined;
}
