/**
 * Reads the spans of a scope and makes the step grid of them. One request at a time, the latest wins; the grid before stays
 * until the new one is there. Refuses a scope with more spans than a grid can show, in words.
 */
import type { RunDetail } from "#common/api.ts";
import type { RowAxis } from "#common/tile.ts";
import { TILE_ROWS } from "#common/tile.ts";
import { opOfStage } from "../../data/cell-key.ts";
import type { StepGrid } from "../../data/step-grid.ts";
import { buildStepGrid, stepOf, stepTexels } from "../../data/step-grid.ts";
import type { TileSource } from "../../data/tile-source.ts";

/** Window and interval of a scope. */
export interface StepRequest {
  readonly firstNs: number;
  readonly toNs: number;
  readonly intervalNs: number;
}

type Wanted = StepRequest & { readonly axis: RowAxis };

/** Sides of a texture that every GPU takes. */
const MOST_STEPS = 4_096;
const MOST_ROWS = 4_096;

export class StepGridLoader {
  grid: StepGrid | undefined;
  texels: Uint8Array | undefined;
  problem: string | undefined;
  failures: readonly unknown[] = [];
  readonly #detail: RunDetail;
  readonly #source: TileSource;
  readonly #onChange: () => void;
  #wanted: Wanted | undefined;
  #request: AbortController | undefined;

  constructor({ detail, source, onChange }: { detail: RunDetail; source: TileSource; onChange: () => void }) {
    this.#detail = detail;
    this.#source = source;
    this.#onChange = onChange;
  }

  get settled(): boolean {
    return this.#request === undefined;
  }

  want(wanted: Wanted): void {
    const before = this.#wanted;
    if (
      before?.axis === wanted.axis &&
      before.firstNs === wanted.firstNs &&
      before.toNs === wanted.toNs &&
      before.intervalNs === wanted.intervalNs
    ) {
      return;
    }
    if (before?.axis !== wanted.axis) this.grid = undefined;
    this.#wanted = wanted;
    void this.#load(wanted);
  }

  retry(): void {
    if (this.failures.length > 0 && this.#wanted !== undefined) void this.#load(this.#wanted);
  }

  close(): void {
    this.#request?.abort();
    this.#request = undefined;
  }

  async #load({ axis, firstNs, toNs, intervalNs }: Wanted): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.problem = undefined;
    this.failures = [];
    const rowCount = this.#detail.rows[axis].length;
    const steps = stepOf({ firstNs, intervalNs }, toNs - 1) + 1;
    if (steps > MOST_STEPS || rowCount > MOST_ROWS) {
      this.#refuse(`${steps} steps × ${rowCount} rows are more than the step grid shows`);
      return;
    }
    try {
      const blocks = Array.from({ length: Math.ceil(rowCount / TILE_ROWS) }, (_, rowBlock) => rowBlock);
      const pages = await Promise.all(
        blocks.map((rowBlock) => this.#source.readWindow({ axis, rowBlock, fromNs: firstNs, toNs }, request.signal)),
      );
      if (this.#request !== request) return;
      if (pages.some(({ truncated }) => truncated)) {
        this.#refuse("the scope has more spans than the step grid shows");
        return;
      }
      this.grid = buildStepGrid({ pages, rowCount, toNs, scale: { firstNs, intervalNs } });
      this.texels = stepTexels(this.grid, opOfStage(this.#detail.stages));
    } catch (failure) {
      if (this.#request !== request) return;
      this.failures = [failure];
    }
    this.#request = undefined;
    this.#onChange();
  }

  #refuse(problem: string): void {
    this.grid = undefined;
    this.problem = problem;
    this.#request = undefined;
    this.#onChange();
  }
}
