/**
 * The area that a person has drawn on the heatmap, and what lies in it, counted again by what they want to see. The last
 * request wins; the counts of the area before stay until the new ones have come.
 */
import type { AreaGroup } from "#common/area.ts";
import type { RowAxis } from "#common/tile.ts";
import { tabbedText } from "../format/delimited.ts";
import type { OpenRun } from "./open-run.svelte.ts";

export interface Area {
  readonly axis: RowAxis;
  readonly fromRow: number;
  /** Exclusive, like `toNs`. */
  readonly toRow: number;
  readonly fromNs: number;
  readonly toNs: number;
}

export const AREA_DIMENSIONS = ["stage", "op", "pass", "phase"] as const;
export type AreaDimension = (typeof AREA_DIMENSIONS)[number];

export interface AreaRow {
  readonly label: string;
  readonly count: number;
  readonly totalNs: number;
  /** Of the time of all spans in the area, 0…1. */
  readonly share: number;
}

export class AreaSelection {
  current = $state.raw<Area>();
  groups = $state.raw<readonly AreaGroup[]>([]);
  by = $state<AreaDimension>("stage");
  reading = $state(false);
  readonly rows: readonly AreaRow[] = $derived.by(() => this.#pivot());
  readonly #run: OpenRun;
  #request: AbortController | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
  }

  /** The figures as text, apart by tabs. */
  get text(): string {
    return tabbedText(
      [this.by, "spans", "time ns", "share"],
      this.rows.map(({ label, count, totalNs, share }) => [label, count, totalNs, share.toFixed(4)]),
    );
  }

  /** While it is drawn nothing is counted. */
  draw(area: Area): void {
    this.#request?.abort();
    this.current = area;
  }

  async count(): Promise<void> {
    const area = this.current;
    if (area === undefined) return;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.reading = true;
    try {
      const { client, detail } = this.#run;
      const groups = await client.readArea({ run: detail.id, ...area }, { signal: request.signal });
      if (this.#request === request) this.groups = groups;
    } catch (error) {
      if (!request.signal.aborted) this.#run.tell(error);
    } finally {
      if (this.#request === request) this.reading = false;
    }
  }

  drop(): void {
    this.#request?.abort();
    this.current = undefined;
    this.groups = [];
  }

  #pivot(): readonly AreaRow[] {
    const sums = new Map<string, { count: number; totalNs: number }>();
    let allNs = 0;
    for (const group of this.groups) {
      const label = this.#labelOf(group);
      const sum = sums.get(label) ?? { count: 0, totalNs: 0 };
      sums.set(label, { count: sum.count + group.count, totalNs: sum.totalNs + group.totalNs });
      allNs += group.totalNs;
    }
    return [...sums].map(([label, sum]) => ({ label, ...sum, share: allNs === 0 ? 0 : sum.totalNs / allNs }));
  }

  #labelOf({ stage: id, pass, phase }: AreaGroup): string {
    const ordinal = this.#run.ordinalOf(id);
    const stage = ordinal === undefined ? undefined : this.#run.stages[ordinal];
    switch (this.by) {
      case "stage":
        return stage === undefined ? "no stage" : stage.name === String(ordinal) ? `stage ${ordinal}` : stage.name;
      case "op":
        return stage?.op ?? "no stage";
      case "pass":
        return pass === "none" ? "no pass" : pass;
      case "phase":
        return phase === "none" ? "no phase" : phase;
    }
  }
}
