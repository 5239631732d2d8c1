/**
 * Derives from the spans of a run what its file keeps beside them, while they are written: which lane computes which stage,
 * when each iteration computes, and the pyramid. Whatever was not known in time (lanes, stages, how many spans there will
 * be and where they lie, a stage that a lane takes up later) makes the file be read back at the end instead.
 */
import type { Database } from "better-sqlite3";

import type { Lane, SpanColumns, Stage } from "#common/model.ts";

import type { ChunkInfo } from "../columns/zone.ts";
import { ComputeWindowCollector } from "../pyramid/compute-windows.ts";
import { layOut } from "../pyramid/drawing.ts";
import { LaneStageCollector } from "../pyramid/lane-stages.ts";
import type { RunSize } from "../pyramid/levels.ts";
import { PyramidBuilder } from "../pyramid/pyramid-builder.ts";
import { createChunkSource, readChunkList } from "../read/read-chunks.ts";
import { insertComputeWindows, insertLaneStages, insertStoredAxis, prepareInsertTile } from "./write-tables.ts";

export class DerivedData {
  readonly #db: Database;
  readonly #lanes: Lane[] = [];
  readonly #stages: Stage[] = [];
  readonly #laneStages = new LaneStageCollector();
  #announced: RunSize | undefined;
  #windows: ComputeWindowCollector | undefined;
  #pyramid: PyramidBuilder | undefined;
  /** What the spans so far show. */
  #seen = { startNs: Infinity, endNs: -Infinity, spanCount: 0 };
  #mustReadBack = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** How many spans will come, the first start and the last end. */
  announce(size: RunSize): void {
    this.#announced = size;
  }

  addLanes(lanes: readonly Lane[]): void {
    for (const lane of lanes) this.#lanes[lane.id] = lane;
    if (this.#seen.spanCount > 0) this.#mustReadBack = true;
  }

  addStages(stages: readonly Stage[]): void {
    for (const stage of stages) this.#stages[stage.id] = stage;
    if (this.#seen.spanCount > 0) this.#mustReadBack = true;
  }

  /** The next chunk in canonical order. */
  add(columns: SpanColumns, zone: ChunkInfo): void {
    const { startNs, endNs, spanCount } = this.#seen;
    const isFirst = spanCount === 0;
    this.#seen = {
      startNs: Math.min(startNs, zone.minStart),
      endNs: Math.max(endNs, zone.maxEnd),
      spanCount: spanCount + zone.count,
    };
    const hasNewPairs = this.#laneStages.add(columns);
    const announced = this.#announced;
    const isWithin = announced !== undefined && zone.minStart >= announced.startNs && zone.maxEnd <= announced.endNs;
    if (!isWithin || this.#lanes.length === 0) this.#mustReadBack = true;
    else if (isFirst) this.#start(announced);
    // Rows come in an order that a new pair may change.
    else if (hasNewPairs) this.#mustReadBack = true;
    if (this.#mustReadBack) return;
    this.#windows?.add(columns);
    this.#pyramid?.add(columns);
  }

  #start(size: RunSize): void {
    this.#windows = new ComputeWindowCollector({ lanes: this.#lanes, stages: this.#stages });
    const drawing = layOut({ lanes: this.#lanes, stages: this.#stages, laneStages: this.#laneStages.list() });
    this.#pyramid = new PyramidBuilder(drawing, { size, store: prepareInsertTile(this.#db) });
  }

  /** All spans are in the file. */
  finish(): void {
    const { startNs, endNs, spanCount } = this.#seen;
    const announced = this.#announced;
    const isAsAnnounced =
      announced?.startNs === startNs && announced.endNs === endNs && announced.spanCount === spanCount;
    if (spanCount > 0 && (this.#mustReadBack || !isAsAnnounced)) this.#readBack();
    insertLaneStages(this.#db, this.#laneStages.list());
    if (this.#windows !== undefined) insertComputeWindows(this.#db, this.#windows.list());
    this.#pyramid?.finish();
    for (const axis of this.#pyramid?.axes ?? []) insertStoredAxis(this.#db, axis);
  }

  #readBack(): void {
    this.#db.exec("delete from tile");
    this.#start(this.#seen);
    const limits = { lanes: this.#lanes.length, stages: this.#stages.length, names: Infinity };
    const source = createChunkSource(this.#db, limits);
    for (const chunk of readChunkList(this.#db, this.#seen.spanCount)) {
      const columns = source.readColumns(chunk);
      this.#windows?.add(columns);
      this.#pyramid?.add(columns);
    }
  }
}
