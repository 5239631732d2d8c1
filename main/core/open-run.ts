/**
 * A run that is being looked at: its reader and the reports of its scopes. Opening reads no spans; everything but the reports
 * of large runs is answered synchronously.
 */
import type { IterationWindow, RunDetail, SpanDetail, SpanWindow } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { RunId, SpanId } from "#common/ids.ts";
import type { NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import type { RowAxis, Tile, TileKey } from "#common/tile.ts";

import type { RunReader } from "../../db/index.ts";
import { levelsOf, readTile, rowFinderOf, rowsOf } from "../../db/index.ts";
import { buildReport } from "./analysis/build-report.ts";
import { loadAnalysisInput } from "./analysis/load-input.ts";
import { nameWindows } from "./analysis/windows.ts";
import type { SpanQuery } from "./read-spans.ts";
import { readSpanDetail, readSpanWindow } from "./read-spans.ts";

/** Reports of a run with thousands of iterations do not pile up beyond this. */
const KEPT_REPORTS = 64;
/** The analysis takes about 0.6 µs a span: up to here it is over within a frame or two. */
const MOST_SPANS_HERE = 100_000;

export class OpenRun {
  readonly #reader: RunReader;
  readonly #hasFile: boolean;
  readonly #reports = new Map<string, RunReport | NoPipelineReport>();
  #windows: readonly IterationWindow[] | undefined;

  /** @param options.hasFile whether a worker can read the run too; a run that is still being captured has no file */
  constructor(reader: RunReader, { hasFile = true }: { readonly hasFile?: boolean } = {}) {
    this.#reader = reader;
    this.#hasFile = hasFile;
  }

  /** False when the file is to be rebuilt first: until then everything is computed from its spans. */
  get hasCurrentDerivedData(): boolean {
    return this.#reader.hasCurrentDerivedData;
  }

  describe(id: RunId): RunDetail {
    const { run, spanCount, stages, edges, lanes, importReport } = this.#reader;
    return {
      id,
      run,
      spanCount,
      stages,
      edges,
      lanes,
      windows: (this.#windows ??= nameWindows(this.#reader.computeWindows())),
      rows: rowsOf(this.#reader),
      levels: levelsOf(this.#reader),
      // The report knows only where the file was written first.
      ...(importReport === undefined ? {} : { importReport: { ...importReport, file: this.#reader.path } }),
    };
  }

  /**
   * The report of a scope, computed once: here, or `elsewhere` where that would hold up this thread.
   * @throws AppError unknown-scope, and what `elsewhere` throws
   */
  async report(
    scope: Partial<Scope>,
    elsewhere: (file: string) => Promise<RunReport | NoPipelineReport>,
  ): Promise<RunReport | NoPipelineReport> {
    const key = `${scope.iteration ?? ""}/${scope.replica ?? ""}`;
    const known = this.#reports.get(key);
    if (known !== undefined) return known;
    const { spanCount, path } = this.#reader;
    const report =
      spanCount <= MOST_SPANS_HERE || !this.#hasFile
        ? buildReport(loadAnalysisInput(this.#reader), scope)
        : await elsewhere(path);
    if (this.#reports.size >= KEPT_REPORTS) this.#reports.clear();
    this.#reports.set(key, report);
    return report;
  }

  /** @throws AppError invalid-argument for a level that does not exist */
  tile(key: TileKey): Tile {
    const { count } = levelsOf(this.#reader);
    if (key.level >= count) throw new AppError({ code: "invalid-argument", what: `the run has no level ${key.level}` });
    return readTile(this.#reader, key);
  }

  spans({ axis, ...query }: Omit<SpanQuery, "findRow"> & { readonly axis: RowAxis }): SpanWindow {
    return readSpanWindow(this.#reader, { ...query, findRow: rowFinderOf(this.#reader, axis) });
  }

  span(id: SpanId): SpanDetail {
    return readSpanDetail(this.#reader, id);
  }

  close(): void {
    this.#reader.close();
  }
}
