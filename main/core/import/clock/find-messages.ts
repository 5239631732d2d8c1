/**
 * Which send of one file belongs to which receive of another: found before the clocks agree, by what the spans say (replica,
 * iteration, batch, direction and the boundary between two stages; the k-th with the k-th, as in analysis/transfers.ts).
 * Everything compared is counted within one rank, so that no clock but its own has a say.
 */
import { NONE } from "#common/ids.ts";
import { createSpanColumns, phaseCode, sliceSpanColumns } from "#common/model.ts";
import { orderRows } from "#common/order-spans.ts";
import { BACKWARD, DIRECTION_OF_PASS, FORWARD } from "../../analysis/work-keys.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import type { RawLane, ResolvedPipeline } from "../recognise/contract.ts";
import { resolvePipeline } from "../recognise/resolve.ts";

const PHASE_IN = phaseCode("in");
const PHASE_OUT = phaseCode("out");
/** Spans that are numbered at once. */
const CHUNK_SPANS = 65_536;

/** A send and its receive as rows of the trace. */
export interface Message {
  readonly send: number;
  readonly receive: number;
}

export interface Messages {
  readonly messages: readonly Message[];
  /** Sends and receives with a stage and a batch, paired or not. */
  readonly ends: number;
  readonly lanes: ResolvedPipeline["lanes"];
}

function hasTransfers({ spans: { length, recognised } }: CollectedTrace): boolean {
  for (let row = 0; row < length; row++) {
    const phase = recognised.phase(row);
    if (recognised.rule(row) >= 0 && (phase === PHASE_IN || phase === PHASE_OUT)) return true;
  }
  return false;
}

export function findMessages(trace: CollectedTrace, rawLanes: readonly RawLane[]): Messages {
  const { spans, recogniser } = trace;
  const resolved = resolvePipeline({
    recogniser,
    lanes: rawLanes,
    length: spans.length,
    lane: spans.lane,
    start: spans.start,
    recognised: spans.recognised,
  });
  if (!hasTransfers(trace)) return { messages: [], ends: 0, lanes: resolved.lanes };
  const sends = new Map<string, number[]>();
  const receives = new Map<string, number[]>();
  let ends = 0;
  numberTransfers(trace, resolved, (row, key, isSend) => {
    ends++;
    const list = (isSend ? sends : receives).get(key);
    if (list === undefined) (isSend ? sends : receives).set(key, [row]);
    else list.push(row);
  });
  const messages = [...receives].flatMap(([key, rows]) => {
    const sent = sends.get(key) ?? [];
    // Another number of sends than of receives: nobody knows which of them are missing.
    return sent.length === rows.length ? rows.map((receive, k) => ({ send: sent[k], receive })) : [];
  });
  return { messages, ends, lanes: resolved.lanes };
}

/** Calls `take` for every send and receive that can be placed, rank by rank in the order of its own clock. */
function numberTransfers(
  trace: CollectedTrace,
  resolved: ResolvedPipeline,
  take: (row: number, key: string, isSend: boolean) => void,
): void {
  const { spans, lanes } = trace;
  const rows = new Uint32Array(spans.spans);
  let count = 0;
  for (let row = 0; row < spans.length; row++) if (spans.duration[row] >= 0) rows[count++] = row;
  const laneRank = Int32Array.from({ length: lanes.size }, (_, lane) => lane);
  orderRows(rows, { start: spans.start, duration: spans.duration, lane: spans.lane, laneRank });
  const numberer = resolved.createNumberer();
  const columns = createSpanColumns(Math.min(CHUNK_SPANS, rows.length));
  for (let from = 0; from < rows.length; from += CHUNK_SPANS) {
    const order = rows.subarray(from, Math.min(rows.length, from + CHUNK_SPANS));
    const chunk = sliceSpanColumns(columns, { from: 0, to: order.length });
    order.forEach((row, index) => {
      chunk.start[index] = spans.start[row];
      chunk.duration[index] = spans.duration[row];
      chunk.name[index] = spans.name[row];
    });
    numberer.number(order, chunk);
    order.forEach((row, index) => {
      const phase = chunk.phase[index];
      const stage = chunk.stage[index];
      const batch = chunk.batch[index];
      if ((phase !== PHASE_IN && phase !== PHASE_OUT) || stage === NONE || batch === NONE) return;
      const direction = DIRECTION_OF_PASS[chunk.pass[index]] === FORWARD ? FORWARD : BACKWARD;
      const isSend = phase === PHASE_OUT;
      const { ordinal } = resolved.stages[stage];
      const boundary = (direction === FORWARD) === isSend ? ordinal + 1 : ordinal;
      const replica = resolved.lanes[spans.lane[row]].replica ?? 0;
      take(row, [replica, chunk.iteration[index], batch, direction, boundary].join(" "), isSend);
    });
  }
}
