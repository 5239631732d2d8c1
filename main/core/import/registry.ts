/** All importers, in order, and the choice among them: by content alone, never by the name, and never two. */
import { AppError } from "#common/errors.ts";
import { chromeTrace } from "./chrome-trace/chrome-trace.ts";
import { describeContent } from "./describe-content.ts";
import type { Importer } from "./importer.ts";
import { kineto } from "./kineto/kineto.ts";
import { nsight } from "./nsight/nsight.ts";
import { perfetto } from "./perfetto/perfetto.ts";
import { scheduleCsv } from "./schedule-csv/schedule-csv.ts";
import { spanCsv } from "./span-table/span-csv.ts";
import { spanNdjson } from "./span-table/span-ndjson.ts";

/** @internal Tests ask each of them. */
export const IMPORTERS: readonly Importer[] = [chromeTrace, kineto, nsight, perfetto, scheduleCsv, spanCsv, spanNdjson];

/**
 * The importer of a content that begins with `head` (a 0 stands behind the valid bytes).
 * @throws AppError unknown-format, ambiguous-format
 */
export function chooseImporter(head: Uint8Array, importers: readonly Importer[] = IMPORTERS): Importer {
  const claims = importers.filter((importer) => importer.sniff(head));
  if (claims.length > 1) {
    const formats = claims.map(({ format }) => format).join(", ");
    throw new AppError({
      code: "ambiguous-format",
      what: `several importers recognise the content: ${formats}`,
      todo: "report this with the first lines of the file: the formats must be told apart",
    });
  }
  const [importer] = claims;
  if (claims.length === 1) return importer;
  throw new AppError({
    code: "unknown-format",
    what: `this is no trace of a known format: it looks like ${describeContent(head.subarray(0, -1))}`,
    todo: `choose a trace of one of these kinds: ${importers.map(({ describes }) => describes).join("; ")}`,
  });
}
