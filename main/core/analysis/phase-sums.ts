/**
 * Where the time of the scope went, summed over ranks: transferring in, computing, handing out, waiting.
 *
 * `inNs` and `outNs` are true transfers (transfers.ts); what a matched send or recv lasted beyond them is waiting, together
 * with spans recorded as waiting. `exposedCommunicationNs` is the time in which a rank transfers and does not compute: the
 * union of its transfers minus the union of its computing. A kind of span that the run did not record has no figure.
 */
import type { SpanColumns } from "#common/model.ts";
import type { RunReport } from "#common/report.ts";
import { lengthOutside, uniteIntervals } from "./intervals.ts";
import type { Occupancy } from "./occupancy.ts";
import { uniteTransfers } from "./transfers.ts";
import type { Transfers } from "./transfers.ts";

function lengthOf({ starts, ends }: Transfers): number {
  let sum = 0;
  for (let at = 0; at < ends.length; at += 1) sum += ends[at] - starts[at];
  return sum;
}

function sumDurations({ duration }: SpanColumns, indices: Int32Array): number {
  let sum = 0;
  for (let at = 0; at < indices.length; at += 1) sum += duration[indices[at]];
  return sum;
}

export function sumPhases({ spans, ranks }: Occupancy): RunReport["phases"] {
  let inNs = 0;
  let outNs = 0;
  let computeNs = 0;
  let recordedNs = 0;
  let waitNs = 0;
  let exposedNs = 0;
  for (const { spans: ofRank, transfers, busy } of ranks) {
    inNs += lengthOf(transfers.inbound);
    outNs += lengthOf(transfers.outbound);
    recordedNs += sumDurations(spans, ofRank.inbound) + sumDurations(spans, ofRank.outbound);
    computeNs += sumDurations(spans, ofRank.compute);
    waitNs += sumDurations(spans, ofRank.wait);
    const transferring = uniteIntervals([uniteTransfers(transfers.inbound), uniteTransfers(transfers.outbound)]);
    exposedNs += lengthOutside({ of: transferring, without: busy });
  }
  const hasIn = ranks.some((rank) => rank.spans.inbound.length > 0);
  const hasOut = ranks.some((rank) => rank.spans.outbound.length > 0);
  const hasWait = ranks.some((rank) => rank.spans.wait.length > 0);
  return {
    ...(hasIn ? { inNs } : {}),
    computeNs,
    ...(hasOut ? { outNs } : {}),
    ...(hasIn || hasOut || hasWait ? { waitNs: waitNs + recordedNs - inNs - outNs } : {}),
    ...(hasIn || hasOut ? { exposedCommunicationNs: exposedNs } : {}),
  };
}
