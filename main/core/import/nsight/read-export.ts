/** Reads an open export of Nsight Systems into a trace: its target, its tables, and the projection to the device. */
import { AppError } from "#common/errors.ts";
import type { ForeignDatabase } from "../../../../db/index.ts";
import type { ByteWindow } from "../byte-window.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { placeProjections, projectRanges } from "../projection/project-ranges.ts";
import { describeTarget } from "./describe-target.ts";
import { listEventTables } from "./event-tables.ts";
import { NsightReader } from "./nsight-reader.ts";

/** Rows between two looks at the event loop. */
const ROWS_PER_TURN = 1 << 15;

interface Work {
  readonly trace: CollectedTrace;
  readonly window: ByteWindow;
  readonly keepPartial: boolean;
}

/** @throws AppError no-spans, and what reading a damaged table throws */
export async function readExport(database: ForeignDatabase, { trace, window, keepPartial }: Work): Promise<void> {
  const target = describeTarget(database);
  const tables = listEventTables(database);
  if (tables.length === 0) {
    throw new AppError({
      code: "no-spans",
      what: "the export holds no table of events: the capture recorded nothing",
      todo: "capture again, with nsys profile --trace=cuda,nvtx",
    });
  }
  const reader = new NsightReader(trace, target, database);
  for (const [index, table] of tables.entries()) {
    try {
      let rows = 0;
      for (const _ of reader.readTable(table)) {
        if (++rows % ROWS_PER_TURN === 0) await window.pause(index / tables.length);
      }
    } catch (error) {
      if (!(error instanceof AppError) || !keepPartial) throw error;
      trace.tally.repair(`imported what was readable of ${table.name}: ${error.fields.what}`);
    }
  }
  reader.closeAll();
  trace.baseEpochNs = target.startEpochNs;
  trace.startsAtFirstEvent = target.startEpochNs !== undefined;
  placeProjections(trace, projectRanges(trace, reader.links()));
}
