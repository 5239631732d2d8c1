/**
 * A run that is being looked at: its reader and the reports of its scopes. Opening reads no spans; everything but the reports
 * of large runs is answered synchronously.
 */
import type { IterationWindow, RunDetail, SpanDetail, SpanWindow } from "#common/api.ts";
import type { BubbleWindow, CriticalPath, TransferColumns } from "#common/explanation.ts";
import { AppError } from "#common/errors.ts";
import type { RunId, SpanId } from "#common/ids.ts";
import type { StageMatrix } from "#common/matrix.ts";
import type { AreaGroup, FoundSpans } from "#common/area.ts";
import type { Note } from "#common/notes.ts";
import type { NoPipelineReport, RunReport, Scope } from "#common/report.ts";
import type { RowAxis, Tile, TileKey } from "#common/tile.ts";

import type { RunReader } from "../../db/index.ts";
import { levelsOf, readTile, rowFinderOf, rowsOf } from "../../db/index.ts";
import { buildReport } from "./analysis/build-report.ts";
import { explainScope } from "./analysis/explain-scope.ts";
import type { ScopeExplanation } from "./analysis/explain-scope.ts";
import { loadAnalysisInput } from "./analysis/load-input.ts";
import { chooseWindow, nameWindows } from "./analysis/windows.ts";
import { matrixOfRun } from "./matrix/matrix-of-file.ts";
import type { MatrixChoice } from "./matrix/read-matrix.ts";
import type { AreaQuery, NameQuery } from "./read-area.ts";
import { findByName, readArea } from "./read-area.ts";
import type { SpanQuery } from "./read-spans.ts";
import { readSpanDetail, readSpanWindow } from "./read-spans.ts";
import { readStageSpans } from "./read-stage-spans.ts";
import type { StageSpanQuery } from "./read-stage-spans.ts";
import type { ExplainElsewhere } from "./scope-explanations.ts";
import { cutBubbleWindow, cutTransfers, pathOf, ScopeExplanations } from "./scope-explanations.ts";

/** Reports of a run with thousands of iterations do not pile up beyond this. */
const KEPT_REPORTS = 64;
/** The analysis takes about 0.6 µs a span: up to here it is over within a frame or two. */
const MOST_SPANS_HERE = 100_000;
/** Some milliseconds each. */
const MOST_CHUNKS_HERE = 4;

export class OpenRun {
  readonly #reader: RunReader;
  readonly #hasFile: boolean;
  readonly #reports = new Map<string, RunReport | NoPipelineReport>();
  readonly #explanations = new ScopeExplanations();
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
    const windows = (this.#windows ??= nameWindows(this.#reader.computeWindows()));
    return {
      id,
      run,
      spanCount,
      stages,
      edges,
      lanes,
      windows,
      ...(windows.length === 0 ? {} : { defaultWindow: chooseWindow(windows, {}) }),
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
    const report = this.#isSmall
      ? buildReport(loadAnalysisInput(this.#reader), scope)
      : await elsewhere(this.#reader.path);
    if (this.#reports.size >= KEPT_REPORTS) this.#reports.clear();
    this.#reports.set(key, report);
    return report;
  }

  /** @throws AppError unknown-scope, no-pipeline, and what `elsewhere` throws; so do the two below */
  async bubbles(
    scope: Partial<Scope>,
    query: { readonly fromNs?: number; readonly toNs?: number; readonly limit: number },
    elsewhere: ExplainElsewhere,
  ): Promise<BubbleWindow> {
    return cutBubbleWindow(await this.#explain(scope, elsewhere), query);
  }

  async criticalPath(scope: Partial<Scope>, elsewhere: ExplainElsewhere): Promise<CriticalPath> {
    return pathOf(await this.#explain(scope, elsewhere));
  }

  async transfers(
    scope: Partial<Scope>,
    query: { readonly fromNs: number; readonly toNs: number; readonly limit: number },
    elsewhere: ExplainElsewhere,
  ): Promise<TransferColumns> {
    return cutTransfers(await this.#explain(scope, elsewhere), query);
  }

  #explain(scope: Partial<Scope>, elsewhere: ExplainElsewhere): Promise<ScopeExplanation> {
    return this.#explanations.get(scope, async (signal) => {
      if (!this.#isSmall) return elsewhere(this.#reader.path, scope, signal);
      return explainScope(loadAnalysisInput(this.#reader), scope);
    });
  }

  /** @throws AppError unknown-scope, no-pipeline, and what `elsewhere` throws */
  async matrix(choice: MatrixChoice, elsewhere: (file: string) => Promise<StageMatrix>): Promise<StageMatrix> {
    return this.#isSmall ? matrixOfRun(this.#reader, choice) : elsewhere(this.#reader.path);
  }

  /** Whether all spans can be gone through on this thread; those of a run without a file must be. */
  get #isSmall(): boolean {
    return this.#reader.spanCount <= MOST_SPANS_HERE || !this.#hasFile;
  }

  /** @throws AppError invalid-argument for a level that does not exist */
  tile(key: TileKey): Tile {
    const { count, baseNs } = levelsOf(this.#reader);
    // Bins are whole ns.
    if (key.level >= count || baseNs * 2 ** key.level < 1) {
      throw new AppError({ code: "invalid-argument", what: `the run has no level ${key.level}` });
    }
    return readTile(this.#reader, key);
  }

  spans({ axis, ...query }: Omit<SpanQuery, "findRow" | "lanes"> & { readonly axis: RowAxis }): SpanWindow {
    const { [axis]: rows } = rowsOf(this.#reader);
    const lanes = rows.slice(query.fromRow, query.toRow).flatMap((row) => row.lanes);
    return readSpanWindow(this.#reader, { ...query, lanes, findRow: rowFinderOf(this.#reader, axis) });
  }

  stageSpans(query: StageSpanQuery): SpanWindow {
    return readStageSpans(this.#reader, query);
  }

  notes(): readonly Note[] {
    return this.#reader.notes();
  }

  /** Counted here where the area spans few chunks, else `elsewhere`. */
  async area(
    query: AreaQuery,
    elsewhere: (file: string) => Promise<readonly AreaGroup[]>,
  ): Promise<readonly AreaGroup[]> {
    const isShort = this.#reader.chunksBetween(query).length <= MOST_CHUNKS_HERE;
    return this.#isSmall || isShort ? readArea(this.#reader, query) : elsewhere(this.#reader.path);
  }

  async findByName(query: NameQuery, elsewhere: (file: string) => Promise<FoundSpans>): Promise<FoundSpans> {
    return this.#isSmall ? findByName(this.#reader, query) : elsewhere(this.#reader.path);
  }

  span(id: SpanId): SpanDetail {
    return readSpanDetail(this.#reader, id);
  }

  close(): void {
    this.#explanations.close();
    this.#reader.close();
  }
}
