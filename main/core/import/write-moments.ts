/** Writes instants, counter samples and flow points in order of time, a batch at a time: objects live only for a batch. */
import { laneId, nameId } from "#common/ids.ts";
import type { CounterSample, FlowPoint, Instant } from "#common/model.ts";
import { ns } from "#common/units.ts";
import type { RunWriter } from "../../../db/index.ts";
import type { CollectedTrace } from "./collected-trace.ts";
import { FLOW_NEXT, FLOW_STEPS, SCOPES } from "./moment-codes.ts";
import type { MomentColumns } from "./moment-columns.ts";

const BATCH = 8_192;
const decoder = new TextDecoder();

export function writeMoments(
  trace: CollectedTrace,
  writer: RunWriter,
  { firstId, originShift }: { firstId: Int32Array; originShift: number },
): void {
  const { instants, counters, flows, texts, arena } = trace;
  const textOf = (id: number) => (id < 0 ? "" : texts.text(id));
  inBatches(instants, (rows) =>
    writer.addInstants(
      rows.map((row): Instant => {
        const size = instants.size[row];
        return {
          at: ns(instants.at[row] - originShift),
          lane: laneId(firstId[instants.place[row]]),
          name: nameId(instants.name[row]),
          scope: SCOPES[instants.kind[row]],
          ...(size === 0 ? {} : { args: decoder.decode(arena.view(instants.value[row], size)) }),
        };
      }),
    ),
  );
  inBatches(counters, (rows) =>
    writer.addCounters(
      rows.map((row): CounterSample => ({
        at: ns(counters.at[row] - originShift),
        process: textOf(counters.place[row]),
        name: nameId(counters.name[row]),
        series: textOf(counters.key[row]),
        value: counters.value[row],
      })),
    ),
  );
  inBatches(flows, (rows) =>
    writer.addFlows(
      rows.map((row): FlowPoint => ({
        at: ns(flows.at[row] - originShift),
        lane: laneId(firstId[flows.place[row]]),
        name: nameId(flows.name[row]),
        flow: textOf(flows.key[row]),
        step: FLOW_STEPS[flows.kind[row] % FLOW_NEXT],
        binding: flows.kind[row] >= FLOW_NEXT ? "next" : "enclosing",
      })),
    ),
  );
}

function inBatches(moments: MomentColumns, write: (rows: number[]) => void): void {
  const order = Uint32Array.from({ length: moments.length }, (_, row) => row);
  const { at } = moments;
  let isOrdered = true;
  for (let row = 1; row < moments.length && isOrdered; row++) isOrdered = at[row] >= at[row - 1];
  if (!isOrdered) order.sort((a, b) => at[a] - at[b] || a - b);
  for (let from = 0; from < order.length; from += BATCH) write(Array.from(order.subarray(from, from + BATCH)));
}
