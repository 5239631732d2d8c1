/** The end of every import: the report goes into the run file, which appears at its place unless somebody has cancelled. */
import type { ImportReport } from "#common/report.ts";
import type { RunWriter } from "../../../db/index.ts";

/** @throws AppError what writing names; the signal's reason */
export function finishRun(
  writer: RunWriter,
  report: ImportReport,
  {
    signal,
    onProgress,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: { readonly share: number; readonly step: string }) => void) | undefined;
  },
): ImportReport {
  writer.setImportReport(report);
  signal?.throwIfAborted();
  writer.finish();
  onProgress?.({ share: 1, step: "done" });
  return report;
}
