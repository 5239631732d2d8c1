/** What of the spans of a worker belongs to the run: those of the recorded batches. */
import type { RecordedSpans } from "#common/runner-api.ts";

/**
 * Spans of the recorded batches only, times from the start of the recorded part, batches numbered from 0. Waiting for the
 * first recorded batch began before it: it is cut at 0.
 */
export function takeRecordedPart({
  spans,
  startNs,
  firstBatch,
}: {
  spans: RecordedSpans;
  startNs: number;
  firstBatch: number;
}): RecordedSpans {
  const kept = Int32Array.from(spans.batch.keys()).filter((i) => i < spans.length && spans.batch[i] >= firstBatch);
  const pick = (column: ArrayLike<number>, shift = 0): number[] =>
    Array.from(kept, (i) => Math.max(0, column[i] - shift));
  return {
    worker: spans.worker,
    length: kept.length,
    kind: Uint8Array.from(pick(spans.kind)),
    stage: Int32Array.from(pick(spans.stage)),
    batch: Int32Array.from(pick(spans.batch, firstBatch)),
    start: Float64Array.from(pick(spans.start, startNs)),
    end: Float64Array.from(pick(spans.end, startNs)),
    bytes: Float64Array.from(pick(spans.bytes)),
  };
}
