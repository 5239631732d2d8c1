/** Forwards the spans of all workers to the listener, from the moment that the recorded part begins. */
import type { RecordedSpans } from "#common/runner-api.ts";
import { takeRecordedPart } from "./recorded-part.ts";

export interface Recording {
  /** What a worker sent; dropped before `begin`. */
  hear(spans: RecordedSpans): void;
  /** @param startNs ns 0 of the run */
  begin(startNs: number): void;
}

export function createRecording({
  firstBatch,
  forward,
}: {
  firstBatch: number;
  forward: (spans: RecordedSpans) => void;
}): Recording {
  let startNs: number | undefined;
  return {
    hear(spans) {
      if (startNs === undefined) return;
      const recorded = takeRecordedPart({ spans, startNs, firstBatch });
      if (recorded.length > 0) forward(recorded);
    },
    begin(at) {
      startNs = at;
    },
  };
}
