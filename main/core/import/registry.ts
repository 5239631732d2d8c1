/** All importers, in order, and the choice among them: by content alone, never by the name, and never two. */
import { AppError } from "#common/errors.ts";
import { chromeTrace } from "./chrome-trace/chrome-trace.ts";
import { describeContent } from "./describe-content.ts";
import type { Importer } from "./importer.ts";

const IMPORTERS: readonly Importer[] = [chromeTrace];

/**
 * The importer of a content that begins with `head` (a 0 stands behind the valid bytes).
 * @throws AppError unknown-format, ambiguous-format
 */
export function chooseImporter(head: Uint8Array, importers: readonly Importer[] = IMPORTERS): Importer {
  const claims = importers.filter((importer) => importer.sniff(head));
  if (claims.length > 1) {
    const formats = claims.map(({ format }) => format).join(", ");
    throw new AppError({ code: "ambiguous-format", what: `several importers recognise the content: ${formats}` });
  }
  const [importer] = claims;
  if (claims.length === 1) return importer;
  throw new AppError({
    code: "unknown-format",
    what: `this is no trace of a known format: it looks like ${describeContent(head.subarray(0, -1))}`,
    todo: `choose a trace of one of the formats ${importers.map(({ format }) => format).join(", ")}`,
  });
}
