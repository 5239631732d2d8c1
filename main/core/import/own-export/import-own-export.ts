/**
 * Imports an export of this product as the run that it was: what `importTrace` does with any other content, without
 * recognising anything. The caller tells such content by `isOwnExport`.
 */
import type { ImportReport } from "#common/report.ts";

import type { createRun } from "../../../../db/index.ts";
import type { ByteWindow } from "../byte-window.ts";
import { restoreRun } from "./restore-run.ts";

export interface OwnExportOptions {
  /** Where the run file will be. */
  readonly out: string;
  readonly replace: boolean;
  readonly keepPartial: boolean;
  readonly signal?: AbortSignal | undefined;
  /** `performance.now()` when the import began. */
  readonly startedAt: number;
  readonly createWriter: typeof createRun;
}

/** @throws AppError what `restoreRun` and the run writer name; the signal's reason. Then nothing is at `out`. */
export async function importOwnExport(
  window: ByteWindow,
  { out, replace, keepPartial, signal, startedAt, createWriter }: OwnExportOptions,
): Promise<ImportReport> {
  const writer = createWriter(out, { replace });
  try {
    const { events, pipelineSpans, repaired, violations } = await restoreRun(window, writer, { keepPartial });
    const report: ImportReport = {
      file: out,
      format: "chrome-trace",
      recognisedBy: pipelineSpans === 0 ? [] : [{ rule: "pipewave-export", spans: pipelineSpans }],
      events,
      pipelineSpans,
      skipped: [],
      packedOverlaps: 0,
      repaired,
      violations,
      elapsedMs: Math.round(performance.now() - startedAt),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    writer.setImportReport(report);
    signal?.throwIfAborted();
    writer.finish();
    return report;
  } catch (error) {
    writer.abort();
    throw error;
  }
}
