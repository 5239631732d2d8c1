/**
 * A run as text that a person can read and compare: stages, lanes, every span with its place, moments. Leaves out what differs
 * from one import to the next (date, file name, hash) and computes nothing.
 */
import { spanId } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { Lane, SpanColumns } from "#common/model.ts";
import type { RunReader } from "../../db/index.ts";

export function dumpRun(reader: RunReader): string {
  const lines: string[] = [];
  const { originEpochNs } = reader.run;
  if (originEpochNs !== undefined) lines.push(`origin ${originEpochNs}`);
  for (const { name, op, rank } of reader.stages) {
    lines.push(`stage ${name} ${op}${rank === undefined ? "" : ` on rank ${rank}`}`);
  }
  if (reader.edges.length > 0) lines.push(`edges ${reader.edges.map(({ from, to }) => `${from}→${to}`).join(" ")}`);
  for (const lane of reader.lanes) lines.push(`lane ${lane.id} ${describeLane(lane)}`);
  const columns = reader.readAllSpans();
  for (let span = 0; span < columns.length; span++) lines.push(describeSpan(reader, columns, span));
  for (const { at, lane, name, scope, args } of reader.instants()) {
    lines.push(
      `instant ${at} ${scope}${lane === undefined ? "" : ` lane ${lane}`} ${nameOf(reader, name)}${args === undefined ? "" : ` ${args}`}`,
    );
  }
  for (const { at, process, name, series, value } of reader.counters()) {
    lines.push(`counter ${at} process ${process} ${nameOf(reader, name)} ${series}=${value}`);
  }
  for (const { at, lane, name, flow, step, binding } of reader.flows()) {
    lines.push(`flow ${at} lane ${lane} ${nameOf(reader, name)} ${flow} ${step} ${binding}`);
  }
  return lines.join("\n");
}

function describeLane(lane: Lane): string {
  const words = [
    `${lane.kind} ${lane.process || "-"}/${lane.thread || "-"}`,
    lane.processName === undefined && lane.threadName === undefined
      ? ""
      : `(${lane.processName ?? ""}/${lane.threadName ?? ""})`,
    lane.device === undefined ? "" : `device ${lane.device}`,
    lane.replica === undefined ? "" : `replica ${lane.replica}`,
    lane.rank === undefined ? "" : `rank ${lane.rank}`,
    lane.overflowOf === undefined ? "" : `overflow of ${lane.overflowOf}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

function nameOf(reader: RunReader, id: number): string {
  const { text, category } = reader.names[id];
  return `"${text}"${category === undefined ? "" : `:${category}`}`;
}

function describeSpan(reader: RunReader, columns: SpanColumns, span: number): string {
  const end = columns.start[span] + columns.duration[span];
  const stage = columns.stage[span];
  const pipeline =
    stage < 0
      ? ""
      : ` → stage ${stage} batch ${columns.batch[span]} iteration ${columns.iteration[span]} ${PASSES[columns.pass[span]]} ${PHASES[columns.phase[span]]}`;
  const args = reader.readArgs(spanId(span));
  const place = `lane ${columns.lane[span]}${">".repeat(columns.depth[span])}`;
  return `span ${place} ${columns.start[span]}–${end} ${nameOf(reader, columns.name[span])}${pipeline}${args === undefined ? "" : ` ${args}`}`;
}
