/** Reads one file of several as far as its own content goes: what a worker thread does with it. Writes nothing. */
import { AppError } from "#common/errors.ts";
import { ByteWindow } from "../byte-window.ts";
import { collect, withFile } from "../import-trace.ts";
import type { ImportOptions, ImportProgress } from "../import-trace.ts";
import { isOwnExport } from "../own-export/is-own-export.ts";
import { BUILT_IN_RULES } from "../recognise/rules.ts";
import { openSource } from "../source.ts";
import { packTrace } from "./trace-part.ts";
import type { TracePart } from "./trace-part.ts";

/** What of an import concerns every file alike, and can be sent to a thread. */
export type FileOptions = Pick<ImportOptions, "rules" | "keepPartial" | "pipelineGroup">;

export interface CollectWork extends FileOptions {
  readonly path: string;
}

/** @throws AppError what choosing an importer and reading name, with the file; the signal's reason */
export async function collectFile(
  { path, rules = BUILT_IN_RULES, keepPartial = false, pipelineGroup }: CollectWork,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: ImportProgress) => void },
): Promise<TracePart> {
  const source = openSource(path);
  try {
    const window = new ByteWindow(source, {
      signal,
      onProgress: (share) => onProgress({ share, step: "reading the trace" }),
    });
    await window.more(0);
    if (isOwnExport(window.bytes.subarray(0, window.end))) {
      throw new AppError({
        code: "invalid-argument",
        what: "this is an export of a whole run, which is no part of another one",
        todo: "import it alone",
      });
    }
    const { importer, trace } = await collect(window, { path, rules, keepPartial, pipelineGroup });
    const used = [...rules, ...(importer.rules ?? [])];
    return packTrace({ format: importer.format, trace, source: source.describe(), rules: used });
  } catch (error) {
    throw withFile(error, path);
  } finally {
    source.close();
  }
}
