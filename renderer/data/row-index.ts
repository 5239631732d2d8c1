/**
 * Which row of an axis a span fills: the renderer's own reading of `RunDetail.rows`.
 *
 * A row of ranks is filled by the compute spans of its lanes; a row of stages by those of its stage on its lanes; a row of
 * lanes by everything that was recorded there.
 */
import { NONE } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns, Stage } from "#common/model.ts";
import type { HeatmapRow, RowAxis } from "#common/tile.ts";
import { NO_STAGE } from "#common/tile.ts";

export const NO_ROW = -1;

export class RowIndex {
  readonly axis: RowAxis;
  readonly rows: readonly HeatmapRow[];
  /** Ordinal of a stage by its id. */
  readonly #ordinals: Int32Array;
  readonly #rowsOfLane = new Map<number, number[]>();
  /** Rank of a stage by its id, where known. */
  readonly #stageRanks = new Map<number, number>();
  /** Keyed by `lane · 65536 + ordinal`. */
  readonly #rowOfStageOnLane = new Map<number, number>();
  readonly #rankRows = new Map<string, number>();

  constructor({ axis, rows, stages }: { axis: RowAxis; rows: readonly HeatmapRow[]; stages: readonly Stage[] }) {
    this.axis = axis;
    this.rows = rows;
    this.#ordinals = new Int32Array(stages.reduce((most, { id }) => Math.max(most, id + 1), 0)).fill(NO_STAGE);
    for (const { id, ordinal, rank } of stages) {
      this.#ordinals[id] = ordinal;
      if (rank !== undefined) this.#stageRanks.set(id, rank);
    }
    for (const [position, { lanes, stage, replica, rank }] of rows.entries()) {
      if (rank !== undefined) this.#rankRows.set(`${replica ?? 0}/${rank}`, position);
      for (const lane of lanes) {
        if (axis === "stage") this.#rowOfStageOnLane.set(lane * 65_536 + (stage ?? NO_STAGE), position);
        else this.#rowsOfLane.set(lane, [...(this.#rowsOfLane.get(lane) ?? []), position]);
      }
    }
  }

  /** Ordinal of span i's stage, or `NO_STAGE`. */
  stageOf(columns: SpanColumns, i: number): number {
    const id = columns.stage[i];
    return id === NONE ? NO_STAGE : (this.#ordinals.at(id) ?? NO_STAGE);
  }

  /** Position of the row that span i fills, or `NO_ROW`. */
  rowOf(columns: SpanColumns, i: number): number {
    if (this.axis === "lane") return this.#rowsOfLane.get(columns.lane[i])?.[0] ?? NO_ROW;
    if (columns.phase[i] !== PHASE_COMPUTE) return NO_ROW;
    const lane = columns.lane[i];
    if (this.axis === "rank") {
      const rows = this.#rowsOfLane.get(lane) ?? [];
      if (rows.length < 2) return rows.at(0) ?? NO_ROW;
      // Several ranks share the lane: the stage tells whose span it is.
      const rank = this.#stageRanks.get(columns.stage[i]);
      return rows.find((row) => this.rows[row].rank === rank) ?? NO_ROW;
    }
    return this.#rowOfStageOnLane.get(lane * 65_536 + this.stageOf(columns, i)) ?? NO_ROW;
  }

  /** On the axis of ranks: position of that rank's row, or `NO_ROW`. */
  rowOfRank({ replica = 0, rank }: Pick<HeatmapRow, "replica" | "rank">): number {
    return rank === undefined ? NO_ROW : (this.#rankRows.get(`${replica}/${rank}`) ?? NO_ROW);
  }
}
