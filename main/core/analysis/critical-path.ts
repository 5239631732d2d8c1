/**
 * The critical path: why the window took as long as it did. A walk backwards from the last end of computing, from each span
 * to whatever it waited for last: the rank's own previous span, its input's transfer or producer, the receiver that made
 * room, the end of an iteration (REFERENCE §6 for stage order and pass order).
 *
 * The path is a chain of segments that tile the window: its length is the makespan to the ns. What lies between the start of
 * a span and the end of what it waited for is waiting of its own: time that no span explains. Where several things ended at
 * once, each would do; the rank's own work is taken, so that the path stays on a rank that is always busy.
 */
import type { PathPhase } from "#common/explanation.ts";
import { NONE } from "#common/ids.ts";
import { PHASES } from "#common/model.ts";
import { createAdmission } from "./admission.ts";
import type { Dependencies } from "./dependencies.ts";
import { sortByEnd } from "./ends.ts";
import type { ByEnd } from "./ends.ts";
import { PHASE_OUT, rankOfSpan } from "./input.ts";
import type { Occupancy, RankOccupancy } from "./occupancy.ts";
import { findReceptions } from "./waiting.ts";
import { DIRECTION_OF_PASS } from "./work-keys.ts";

export interface Segment {
  readonly fromNs: number;
  readonly toNs: number;
  readonly phase: PathPhase;
  readonly rank: number;
  /** The span that runs, or that waits. */
  readonly span: number;
}

/** Phase of a step by the code of its span's phase. */
const STEP_OF_PHASE = PHASES.map((phase) =>
  phase === "in" || phase === "out" || phase === "sync" ? phase : ("compute" as const),
);

/** A span on the path, from when it could begin to when it ended. */
interface Step {
  readonly phase: Exclude<PathPhase, "wait">;
  readonly span: number;
  readonly rank: number;
  readonly start: number;
  readonly end: number;
  /** Entry of a send or recv among all transfers. */
  readonly transfer?: number;
}

/** Spans of a rank by their ends, and the spans in which the ranks that it sends to take their input. */
interface RankTables {
  readonly compute: ByEnd;
  readonly inbound: ByEnd;
  readonly outbound: ByEnd;
  readonly sync: ByEnd;
  receptions(): ByEnd;
}

/** @returns segments in order of time, which tile the compute window; none when nothing was computed */
export function walkCriticalPath(occupancy: Occupancy, dependencies: Dependencies): Segment[] {
  const { window } = occupancy;
  const walk = createWalk(occupancy, dependencies);
  const segments: Segment[] = [];
  let step = walk.last();
  let until = window.endNs;
  while (step !== undefined && until > window.startNs) {
    const { phase, span, rank, start } = step;
    const from = Math.max(window.startNs, start);
    if (until > from) segments.push({ fromNs: from, toNs: until, phase, rank, span });
    if (from === window.startNs) break;
    const before = walk.before(step);
    const end = Math.max(window.startNs, before?.end ?? window.startNs);
    if (from > end) segments.push({ fromNs: end, toNs: from, phase: "wait", rank, span });
    until = end;
    step = before;
  }
  return segments.reverse();
}

function createWalk(
  occupancy: Occupancy,
  dependencies: Dependencies,
): { last(): Step | undefined; before(step: Step): Step | undefined } {
  const { spans, places, ranks, transfers, window, flows } = occupancy;
  const { recvs, sends } = transfers;
  const admission = createAdmission(occupancy);
  const waits = new Set(ranks.filter(({ spans: ofRank }) => ofRank.wait.length > 0).map(({ rank }) => rank));
  const tables = new Map(ranks.map((rank) => [rank.rank, tabulateRank(occupancy, dependencies, rank)]));
  const metRecvs = mapEntries(recvs.indices, recvs.met);
  const metSends = mapEntries(sends.indices, sends.met);
  const endOf = (span: number): number => spans.start[span] + spans.duration[span];

  function stepOf(phase: Step["phase"], span: number): Step | undefined {
    if (span === NONE || spans.duration[span] === 0) return undefined;
    const rank = rankOfSpan(spans, places, span);
    return { phase, span, rank, start: spans.start[span], end: endOf(span) };
  }
  /** The last of a rank's spans that had ended; transfers that met are of the dependency that they carry, not of the rank. */
  function lastOf(phase: Step["phase"], table: ByEnd | undefined, at: number): Step | undefined {
    const span = table?.findLast(at) ?? NONE;
    if (phase === "in" && metRecvs.has(span)) return undefined;
    if (phase === "out" && metSends.has(span)) return undefined;
    return stepOf(phase, span);
  }
  /** How the input of a compute span came: its transfer, the send where no one recorded its arrival, or its producer. */
  function inputOf(span: number): Step | undefined {
    const need = dependencies.needOf(span);
    const producer = need === undefined ? NONE : dependencies.find(need);
    const stage = spans.stage[span];
    if (stage === NONE) return undefined;
    if (producer !== NONE && rankOfSpan(spans, places, producer) === rankOfSpan(spans, places, span)) {
      return stepOf("compute", producer);
    }
    const { recv, send } = transfers.handOverTo(
      places.stageOrdinal[stage],
      spans.batch[span],
      DIRECTION_OF_PASS[spans.pass[span]],
    );
    if (recv !== NONE) {
      const arrival = stepOf("in", recvs.indices[recv]);
      if (arrival === undefined) return undefined;
      if (recvs.met[recv] === 1) {
        return { ...arrival, start: recvs.starts[recv], end: recvs.ends[recv], transfer: recv };
      }
      // A recv whose sender nobody recorded waited for as long as there was nothing to send.
      const sentFrom = send === NONE && producer !== NONE ? Math.min(endOf(producer), arrival.end - 1) : -Infinity;
      return { ...arrival, start: Math.max(arrival.start, sentFrom), transfer: recv };
    }
    if (send !== NONE) return stepOf("out", sends.indices[send]);
    return stepOf("compute", producer);
  }
  /** What a step of each phase may have waited for; what is named first wins among equals. */
  function candidatesOf(step: Step): (Step | undefined)[] {
    const { phase, span, rank, start, transfer } = step;
    const table = tables.get(rank);
    const ownCompute = lastOf("compute", table?.compute, start);
    const ownSync = lastOf("sync", table?.sync, start);
    const ownOut = lastOf("out", table?.outbound, start);
    if (phase === "compute") {
      return [
        ownCompute,
        inputOf(span),
        stepOf("compute", dependencies.ownOf(span)),
        ownSync,
        ownOut,
        admissionOf(step),
      ];
    }
    if (phase === "sync") return [ownCompute, ownSync];
    const work = findWork(span);
    if (phase === "out") {
      const room = lastOf("in", table?.receptions(), start);
      return [stepOf("compute", work), ownOut, room, ownCompute];
    }
    const producer = findSender(span);
    if (transfer !== undefined && recvs.met[transfer] === 1) return [ownCompute, producer, ownSync];
    return [producer, lastOf("in", table?.inbound, start), ownOut, ownCompute, ownSync, admissionOf(step)];
  }
  /** What let a batch in at the first stage. */
  function admissionOf({ span, rank, start }: Step): Step | undefined {
    if (dependencies.needOf(span) !== undefined) return undefined;
    const admitted = waits.has(rank) ? admission.findLast(start) : admission.findExact(start);
    return admitted === NONE ? undefined : stepOf(spans.phase[admitted] === PHASE_OUT ? "out" : "compute", admitted);
  }
  function findWork(span: number): number {
    const stage = spans.stage[span];
    if (stage === NONE) return NONE;
    const direction = DIRECTION_OF_PASS[spans.pass[span]];
    return dependencies.find({ position: places.stageOrdinal[stage], batch: spans.batch[span], direction });
  }
  /** Where a received input came from: the send through a buffer, else what was computed. */
  function findSender(span: number): Step | undefined {
    const stage = spans.stage[span];
    if (stage === NONE) return undefined;
    const { send } = transfers.handOverTo(
      places.stageOrdinal[stage],
      spans.batch[span],
      DIRECTION_OF_PASS[spans.pass[span]],
    );
    if (send !== NONE && sends.met[send] === 0) return stepOf("out", sends.indices[send]);
    const need = dependencies.needOf(span);
    return need === undefined ? undefined : stepOf("compute", dependencies.find(need));
  }

  return {
    last() {
      for (const { spans: ofRank } of ranks) {
        const span = ofRank.compute.findLast((i) => endOf(i) === window.endNs && spans.duration[i] > 0);
        if (span !== undefined) return stepOf("compute", span);
      }
      return undefined;
    },
    before(step) {
      let best: Step | undefined;
      const explicit = flows.get(step.span)?.map((span) => stepOf(STEP_OF_PHASE[spans.phase[span]], span)) ?? [];
      for (const candidate of [...candidatesOf(step), ...explicit]) {
        if (candidate === undefined || candidate.end > step.start || candidate.start >= step.start) continue;
        if (best === undefined || candidate.end > best.end) {
          best = candidate;
        }
      }
      return best;
    },
  };
}

function mapEntries(indices: Int32Array, met: Uint8Array): ReadonlySet<number> {
  return new Set(indices.filter((_, at) => met[at] === 1));
}

function tabulateRank(occupancy: Occupancy, dependencies: Dependencies, rank: RankOccupancy): RankTables {
  const { compute, inbound, outbound, sync } = rank.spans;
  let receptions: ByEnd | undefined;
  return {
    compute: sortByEnd(occupancy.spans, compute),
    inbound: sortByEnd(occupancy.spans, inbound),
    outbound: sortByEnd(occupancy.spans, outbound),
    sync: sortByEnd(occupancy.spans, sync),
    receptions: () => (receptions ??= sortByEnd(occupancy.spans, findReceptions(occupancy, dependencies, rank))),
  };
}
