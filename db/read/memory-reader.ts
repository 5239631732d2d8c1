/**
 * Reads a run that is not in a file yet: the same interface over tables and columns in memory, for runs that still grow.
 * Nothing is stored of it, so tiles are computed from its spans; it answers no SQL.
 */
import type { SpanId } from "#common/ids.ts";
import type { Lane, Run, SpanColumns, SpanName, Stage, StageEdge } from "#common/model.ts";
import { sliceSpanColumns } from "#common/model.ts";
import { AppError } from "#common/errors.ts";
import { NONE } from "#common/ids.ts";

import { createEmptyArgs } from "../columns/span-args.ts";
import { CHUNK_SPANS, mapZone, mayTouch } from "../columns/zone.ts";
import { ComputeWindowCollector } from "../pyramid/compute-windows.ts";
import type { LaneStage } from "../pyramid/rows.ts";
import type { RunReader } from "./run-reader.ts";

/** A whole run in memory; spans in canonical order. */
export interface RunInMemory {
  readonly run: Run;
  /** By id, like lanes and names. */
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly names: readonly SpanName[];
  readonly columns: SpanColumns;
  /** JSON text of each span's arguments. */
  readonly args: readonly (string | undefined)[];
  /** Which lane computes which stage, also where no span says so yet: rows do not appear one by one. */
  readonly laneStages: readonly LaneStage[];
}

export function readFromMemory({
  run,
  stages,
  edges,
  lanes,
  names,
  columns,
  args,
  laneStages,
}: RunInMemory): RunReader {
  const chunks = Array.from({ length: Math.ceil(columns.length / CHUNK_SPANS) }, (_, index) => {
    const firstSpan = index * CHUNK_SPANS;
    const to = Math.min(columns.length, firstSpan + CHUNK_SPANS);
    return mapZone(sliceSpanColumns(columns, { from: firstSpan, to }), { index, firstSpan });
  });
  const noSql = (): never => {
    throw new AppError({ code: "invalid-sql", what: "the run is still being captured", todo: "ask when it has ended" });
  };
  const readSpans = ({ fromSpan, toSpan }: { fromSpan: number; toSpan: number }): SpanColumns =>
    sliceSpanColumns(columns, { from: fromSpan, to: toSpan });
  return {
    path: run.name,
    run,
    stages,
    edges,
    lanes,
    names,
    spanCount: columns.length,
    pipelineSpanCount: columns.stage.reduce((count, stage) => (stage === NONE ? count : count + 1), 0),
    hasCurrentDerivedData: true,
    chunks,
    readChunk: (index) => {
      const { firstSpan, count } = chunks[index];
      return readSpans({ fromSpan: firstSpan, toSpan: firstSpan + count });
    },
    readChunkArgs: (index) => createEmptyArgs(chunks[index].count),
    readSpans,
    readAllSpans: () => columns,
    chunksBetween: (window) => chunks.filter((chunk) => mayTouch(chunk, window)),
    readArgs: (span: SpanId) => args[span],
    laneStages: () => laneStages,
    computeWindows: () => {
      const collector = new ComputeWindowCollector({ lanes, stages });
      collector.add(columns);
      return collector.list();
    },
    storedAxes: [],
    readStoredTile: () => undefined,
    instants: () => [],
    counters: () => [],
    flows: () => [],
    notes: () => [],
    query: noSql,
    close: () => undefined,
  };
}
