/**
 * Communication as a factor of its own: how much of the transfers of every stage runs beside computing of the same rank
 * (hidden), and how much while the rank computes nothing (exposed).
 *
 * Transfers are true ones (transfers.ts). They are summed as they are: an `in` and an `out` at the same time count twice here,
 * while `exposedCommunicationNs` of the phases is the union per rank.
 */
import { NONE } from "#common/ids.ts";
import type { RunReport } from "#common/report.ts";
import type { Intervals } from "./intervals.ts";
import type { Occupancy } from "./occupancy.ts";
import type { Transfers } from "./transfers.ts";

/** @returns undefined for a run that records no transfers; stages by exposed time, the most first */
export function measureCommunication({ spans, stages, ranks }: Occupancy): RunReport["communication"] {
  const exposed = new Float64Array(stages.length);
  const hidden = new Float64Array(stages.length);
  let transfers = 0;
  for (const { transfers: ofRank, busy } of ranks) {
    for (const list of [ofRank.inbound, ofRank.outbound]) {
      transfers += list.indices.length;
      eachHidden(list, busy, (at, ns) => {
        const stage = spans.stage[list.indices[at]];
        if (stage === NONE) return;
        hidden[stage] += ns;
        exposed[stage] += list.ends[at] - list.starts[at] - ns;
      });
    }
  }
  if (transfers === 0) return undefined;
  const byStage = stages
    .map(({ id }) => ({ stage: id, exposedNs: exposed[id], hiddenNs: hidden[id] }))
    .filter(({ exposedNs, hiddenNs }) => exposedNs + hiddenNs > 0)
    .sort((a, b) => b.exposedNs - a.exposedNs || b.hiddenNs - a.hiddenNs);
  const sum = (column: Float64Array): number => column.reduce((total, ns) => total + ns, 0);
  return { exposedNs: sum(exposed), hiddenNs: sum(hidden), byStage };
}

/** Tells of every transfer how much of it lies within a union. */
function eachHidden({ starts, ends }: Transfers, busy: Intervals, tell: (at: number, ns: number) => void): void {
  let first = 0;
  let before = -Infinity;
  for (let at = 0; at < starts.length; at += 1) {
    // Transfers follow each other, but for those that were cut to when their peer was there.
    if (starts[at] < before) first = 0;
    before = starts[at];
    while (first < busy.ends.length && busy.ends[first] <= starts[at]) first += 1;
    let ns = 0;
    for (let i = first; i < busy.starts.length && busy.starts[i] < ends[at]; i += 1) {
      ns += Math.min(busy.ends[i], ends[at]) - Math.max(busy.starts[i], starts[at]);
    }
    tell(at, ns);
  }
}
