/**
 * Exports the spans of a run as CSV (RFC 4180 quoting, UTF-8, line feeds), one row a span in canonical order, for
 * spreadsheets and data frames. Times are integer ns from the run's origin; an empty field is "none". Instants, counters
 * and flows are not in it.
 */
import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";

import type { RunReader } from "../../../db/index.ts";
import type { ExportOutput } from "./output.ts";
import { walkSpans } from "./span-texts.ts";
import type { ExportContext, SpanChunk } from "./span-texts.ts";

const COLUMNS = [
  "span",
  "replica",
  "rank",
  "process",
  "thread",
  "lane",
  "depth",
  "start_ns",
  "duration_ns",
  "name",
  "category",
  "stage",
  "stage_name",
  "op",
  "batch",
  "iteration",
  "pass",
  "phase",
  "args",
] as const;

/** Rows between two waits for the output. */
const ROWS_PER_WAIT = 4_096;

/** @throws AppError of the reader and of the output; the signal's reason. The caller finishes or aborts the output. */
export async function exportCsv(
  reader: RunReader,
  { output, signal, onProgress }: { output: ExportOutput } & ExportContext,
): Promise<void> {
  await output.write(`${COLUMNS.join(",")}\n`);
  for (const chunk of walkSpans(reader)) {
    for (let from = 0; from < chunk.columns.length; from += ROWS_PER_WAIT) {
      signal?.throwIfAborted();
      let text = "";
      const to = Math.min(from + ROWS_PER_WAIT, chunk.columns.length);
      for (let i = from; i < to; i += 1) text += rowOf(reader, chunk, i);
      await output.write(text);
    }
    onProgress?.({ step: "writing spans", share: (chunk.firstSpan + chunk.columns.length) / reader.spanCount });
  }
}

function rowOf({ lanes, names, stages }: RunReader, { firstSpan, columns, argsAt }: SpanChunk, i: number): string {
  const lane = lanes[columns.lane[i]];
  const { text, category } = names[columns.name[i]];
  const stage = columns.stage[i] === NONE ? undefined : stages[columns.stage[i]];
  const cells: readonly (number | string | undefined)[] = [
    firstSpan + i,
    lane.replica,
    lane.rank,
    lane.process,
    lane.thread,
    lane.id,
    columns.depth[i],
    columns.start[i],
    columns.duration[i],
    text,
    category,
    stage?.id,
    stage?.name,
    stage?.op,
    unlessNone(columns.batch[i]),
    unlessNone(columns.iteration[i]),
    columns.pass[i] === 0 ? undefined : PASSES[columns.pass[i]],
    columns.phase[i] === 0 ? undefined : PHASES[columns.phase[i]],
    argsAt(i),
  ];
  return `${cells.map(quote).join(",")}\n`;
}

const unlessNone = (id: number): number | undefined => (id === NONE ? undefined : id);

function quote(cell: number | string | undefined): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
