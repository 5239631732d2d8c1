/**
 * Why a rank is idle: every ns of the window in which it computes nothing gets exactly one cause (REFERENCE §6).
 *
 * A gap ends with the rank's next compute span; what that one needs says what the rank waits for. In order of precedence:
 *
 * - `fill` and `drain`: before the first and after the last compute span of the rank.
 * - `blocked`: an output of the rank has no free slot (waiting.ts).
 * - `transfer`: the input of the next compute span is on its way: the overlap of the matched send and recv, or, through a
 *   buffer, the sender's `out` and the receiver's `in`.
 * - `sync`: optimizer and data-parallel collectives.
 * - `starved`: the input has not been produced: until the span that it needs of the neighbouring stage has ended and, where
 *   sends are recorded, the send has begun; and recorded waiting for input.
 *
 * Of what is left, with the input there, a send that waits for its receiver is `blocked` after all (nothing else can hold the
 * rank up; while it is starved, it is not the send that does), its own output being handed on is `transfer` (a rank that does
 * one thing at a time can do nothing else meanwhile), and the rest is `other`.
 */
import { NONE } from "#common/ids.ts";
import type { Dependencies } from "./dependencies.ts";
import { createAdmission } from "./admission.ts";
import type { Admission } from "./admission.ts";
import { addPiece, CAUSE_CODE, createGap, createIdlePieces } from "./idle-pieces.ts";
import type { Gap, IdlePieces } from "./idle-pieces.ts";
import { rankOfSpan } from "./input.ts";
import type { Occupancy, RankOccupancy } from "./occupancy.ts";
import { describeWaiting } from "./waiting.ts";
import type { Waiting } from "./waiting.ts";
import { DIRECTION_OF_PASS } from "./work-keys.ts";

export interface RankIdle {
  readonly rank: number;
  readonly pieces: IdlePieces;
}

/** Idle time of every rank of the scope, cut by cause. */
export function findIdleCauses(occupancy: Occupancy, dependencies: Dependencies): RankIdle[] {
  const admission = createAdmission(occupancy);
  return occupancy.ranks.map((rank) => ({
    rank: rank.rank,
    pieces: cutRank(occupancy, { dependencies, admission, rank }),
  }));
}

function cutRank(
  occupancy: Occupancy,
  { dependencies, admission, rank }: { dependencies: Dependencies; admission: Admission; rank: RankOccupancy },
): IdlePieces {
  const { spans, window } = occupancy;
  const { compute } = rank.spans;
  const pieces = createIdlePieces();
  if (compute.length === 0) {
    // It neither fills nor drains: nobody saw it work.
    addPiece(pieces, { from: window.startNs, to: window.endNs, cause: CAUSE_CODE.other, waitedFor: NONE }, NONE);
    return pieces;
  }
  const first = compute[0];
  const producer = findProducer(occupancy, dependencies, { next: first, rank: rank.rank });
  const fill = { from: window.startNs, to: spans.start[first], cause: CAUSE_CODE.fill, waitedFor: producer.span };
  addPiece(pieces, fill, first);
  const waiting = describeWaiting(occupancy, dependencies, rank);
  const gap = createGap();
  let at = 0;
  // The union covers what a span without length at either end does not.
  const { starts, ends } = rank.busy;
  let lastEnd = spans.start[first];
  for (let i = 0; i < starts.length; i += 1) {
    if (starts[i] > lastEnd) {
      while (spans.start[compute[at]] < starts[i] || spans.duration[compute[at]] === 0) at += 1;
      const next = compute[at];
      gap.open(lastEnd, starts[i]);
      cutGap(occupancy, { dependencies, admission, waiting, gap, next, rank: rank.rank, from: lastEnd });
      gap.close(CAUSE_CODE.other, (cut) => addPiece(pieces, cut, next));
    }
    lastEnd = ends[i];
  }
  const computedUntil = compute.reduce((end, i) => Math.max(end, spans.start[i] + spans.duration[i]), lastEnd);
  const rest = { from: lastEnd, to: computedUntil, cause: CAUSE_CODE.other, waitedFor: NONE };
  addPiece(pieces, rest, NONE);
  addPiece(pieces, { from: computedUntil, to: window.endNs, cause: CAUSE_CODE.drain, waitedFor: NONE }, NONE);
  return pieces;
}

interface GapContext {
  readonly admission: Admission;
  readonly dependencies: Dependencies;
  readonly waiting: Waiting;
  readonly gap: Gap;
  /** The compute span that ends the gap. */
  readonly next: number;
  readonly rank: number;
  readonly from: number;
}

function cutGap(occupancy: Occupancy, context: GapContext): void {
  const { dependencies, admission, waiting, gap, next, rank, from } = context;
  const { blocked, transfer, sync, starved } = CAUSE_CODE;
  const producer = findProducer(occupancy, dependencies, { next, rank });
  const input = followInput(occupancy, { next, producer });
  gap.takeUnion(waiting.blocked, {
    cause: blocked,
    waitedFor: (i) => waiting.findRoomMaker(waiting.blocked.ends[i]),
  });
  for (const { from: start, to, span } of input.transfers) {
    gap.take({ from: start, to, cause: transfer, waitedFor: span });
  }
  gap.takeUnion(waiting.sync, { cause: sync });
  gap.take({ from, to: input.producedNs, cause: starved, waitedFor: producer.span });
  if (dependencies.needOf(next) === undefined && !producer.isOwn) {
    const admitted = admission.findExact(Math.min(input.takenNs, occupancy.spans.start[next]));
    if (admitted !== NONE) gap.take({ from, to: endOf(occupancy, admitted), cause: starved, waitedFor: admitted });
  }
  gap.takeUnion(waiting.starved, {
    cause: starved,
    // The loop that brings input in may already wait for a later batch.
    until: input.takenNs,
    waitedFor(i) {
      if (producer.span !== NONE) return producer.span;
      const admitted = admission.findLast(waiting.starved.ends[i]);
      return admitted !== NONE && endOf(occupancy, admitted) > waiting.starved.starts[i] ? admitted : NONE;
    },
  });
  gap.takeUnion(waiting.unmet, { cause: blocked, waitedFor: (i) => waiting.findRoomMaker(waiting.unmet.ends[i]) });
  gap.takeUnion(waiting.sending, { cause: transfer });
}

const endOf = ({ spans }: Occupancy, span: number): number => spans.start[span] + spans.duration[span];

interface Producer {
  /** The compute span on another rank that makes the input, or NONE. */
  readonly span: number;
  /** Whether the input is made on the same rank: then nothing is transferred. */
  readonly isOwn: boolean;
}

/** What makes the input of a compute span. */
function findProducer(
  { spans, places }: Occupancy,
  dependencies: Dependencies,
  { next, rank }: { next: number; rank: number },
): Producer {
  const need = dependencies.needOf(next);
  const span = need === undefined ? NONE : dependencies.find(need);
  if (span === NONE) return { span: NONE, isOwn: false };
  return rankOfSpan(spans, places, span) === rank ? { span: NONE, isOwn: true } : { span, isOwn: false };
}

interface Input {
  /** When there was something to transfer, or to compute with where no transfer was recorded. */
  readonly producedNs: number;
  /** When the rank began to take it; Infinity where that was not recorded. */
  readonly takenNs: number;
  readonly transfers: readonly { readonly from: number; readonly to: number; readonly span: number }[];
}

/** Where the input of a compute span was when. */
function followInput(
  { spans, places, transfers }: Occupancy,
  { next, producer }: { next: number; producer: Producer },
): Input {
  const computedNs = producer.span === NONE ? -Infinity : spans.start[producer.span] + spans.duration[producer.span];
  const stage = spans.stage[next];
  if (producer.isOwn || stage === NONE) return { producedNs: computedNs, takenNs: Infinity, transfers: [] };
  const { recvs, sends } = transfers;
  const { recv, send } = transfers.handOverTo(
    places.stageOrdinal[stage],
    spans.batch[next],
    DIRECTION_OF_PASS[spans.pass[next]],
  );
  const received = recv === NONE ? [] : [{ from: recvs.starts[recv], to: recvs.ends[recv], span: recvs.indices[recv] }];
  const takenNs = recv === NONE ? Infinity : recvs.starts[recv];
  if (send === NONE) {
    // A recv whose sender nobody recorded: it waited for as long as there was nothing to send.
    const from = (start: number): number => Math.max(start, computedNs);
    return { producedNs: computedNs, takenNs, transfers: received.map((part) => ({ ...part, from: from(part.from) })) };
  }
  const sent = { from: sends.starts[send], to: sends.ends[send], span: sends.indices[send] };
  return {
    producedNs: Math.max(computedNs, spans.start[sends.indices[send]]),
    takenNs,
    transfers: [sent, ...received],
  };
}
