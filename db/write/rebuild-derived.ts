/**
 * Builds again what a file keeps beside its spans, where another version of this program built it. All spans are read before
 * anything is written, and the writing is one short transaction: whoever reads the file meanwhile waits a moment at most.
 */
import Sqlite from "better-sqlite3";

import { explainWriteFailure } from "../failures.ts";
import { ComputeWindowCollector } from "../pyramid/compute-windows.ts";
import { layOut } from "../pyramid/drawing.ts";
import { PyramidBuilder } from "../pyramid/pyramid-builder.ts";
import type { TileKey } from "#common/tile.ts";
import { openRunReader } from "../read/run-reader.ts";
import { DERIVED_VERSION } from "../schema/migrate.ts";
import { insertComputeWindows, insertLaneStages, insertStoredAxis, prepareInsertTile } from "./write-tables.ts";

/** Does nothing to a file whose derived data are of this version. @throws AppError write-failed, disk-full, and what `openRun` throws */
export function rebuildDerivedData(file: string): void {
  const derived = deriveAgain(file);
  if (derived === undefined) return;
  try {
    const db = new Sqlite(file, { fileMustExist: true });
    try {
      db.transaction(() => {
        for (const table of ["lane_stage", "compute_window", "metric", "pyramid", "tile"]) {
          db.exec(`delete from ${table}`);
        }
        insertLaneStages(db, derived.laneStages);
        insertComputeWindows(db, derived.windows);
        for (const axis of derived.axes) insertStoredAxis(db, axis);
        const insertTile = prepareInsertTile(db);
        for (const { key, bytes } of derived.tiles) insertTile(key, bytes);
        db.prepare("update run set derived_version = ?").run(DERIVED_VERSION);
      })();
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainWriteFailure(error, file);
  }
}

function deriveAgain(file: string) {
  const reader = openRunReader(file);
  try {
    if (reader.hasCurrentDerivedData) return undefined;
    const { lanes, stages, chunks, spanCount } = reader;
    const laneStages = reader.laneStages();
    const tiles: { key: TileKey; bytes: Uint8Array }[] = [];
    const size = {
      startNs: chunks.at(0)?.minStart ?? 0,
      endNs: chunks.reduce((last, { maxEnd }) => Math.max(last, maxEnd), 0),
      spanCount,
    };
    const pyramid = new PyramidBuilder(layOut({ lanes, stages, laneStages }), {
      size,
      store: (key, bytes) => tiles.push({ key, bytes }),
    });
    const windows = new ComputeWindowCollector({ lanes, stages });
    for (const { index } of chunks) {
      const columns = reader.readChunk(index);
      windows.add(columns);
      pyramid.add(columns);
    }
    pyramid.finish();
    return { laneStages, tiles, axes: pyramid.axes, windows: windows.list() };
  } finally {
    reader.close();
  }
}
