/**
 * Makes a run file of another one by other rules, without the traces that it was imported from. Nothing is at `out` unless
 * all went well; the run that it is made from stays as it is.
 */
import { setImmediate } from "node:timers/promises";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";
import { finishRun } from "../finish-run.ts";
import { createRun } from "../../../../db/index.ts";
import type { RunReader } from "../../../../db/index.ts";
import { writeRun } from "../write-run.ts";
import { collectRun } from "./collect-run.ts";
import { parseRules } from "./load-rules.ts";
import { BUILT_IN_RULES } from "./rules.ts";

export interface RecogniseAgainOptions {
  /** Text of a rules file; the built-in rules alone when absent. */
  readonly rules?: string | undefined;
  /** What messages call the rules. */
  readonly rulesName?: string;
  readonly out: string;
  readonly name: string;
  readonly replace?: boolean;
  readonly deriveLater?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly share: number; readonly step: string }) => void;
}

const COLLECTING_SHARE = 0.5;
/** What an earlier recognition repaired; this one says its own. */
const OF_RECOGNITION =
  /^(?:split off \d|added \d+ spans: annotations|left \d+ (?:annotations|sends)|checked \d+ device|took the work that was launched|recognised again)/;

/** @throws AppError invalid-rules, invalid-argument (a run that was not imported), and what writing names; the signal's reason */
export async function recogniseAgain(reader: RunReader, options: RecogniseAgainOptions): Promise<ImportReport> {
  const startedAt = performance.now();
  const { signal, onProgress, out, name } = options;
  const { run, importReport: before } = reader;
  if (run.kind !== "imported" || before === undefined) {
    throw new AppError({
      code: "invalid-argument",
      what: `${run.name} was ${run.kind}, not imported: its spans say themselves what they are`,
      where: { file: reader.path },
    });
  }
  const own = options.rules === undefined ? [] : parseRules(options.rules, options.rulesName ?? "rules");
  const tell = async (share: number, step: string) => {
    onProgress?.({ share, step });
    await setImmediate();
    signal?.throwIfAborted();
  };
  const { trace, files } = await collectRun(reader, {
    rules: [...own, ...BUILT_IN_RULES],
    onChunk: (share) => tell(share * COLLECTING_SHARE, "recognising the spans"),
  });
  const writer = createRun(out, { replace: options.replace ?? false, deriveLater: options.deriveLater ?? false });
  try {
    const source = run.sources.at(0) ?? { name: run.name, sizeBytes: 0, sha256: "" };
    const written = await writeRun(trace, writer, {
      name,
      source,
      sources: run.sources,
      onChunk: (share) => tell(COLLECTING_SHARE + share * (1 - COLLECTING_SHARE), "writing the run"),
    });
    const report: ImportReport = {
      ...before,
      file: out,
      recognisedBy: written.recognisedBy,
      pipelineSpans: written.pipelineSpans,
      packedOverlaps: written.packedOverlaps,
      repaired: [
        `recognised again from the run ${run.name}, with ${own.length} rules of one's own`,
        ...before.repaired.filter((sentence) => !OF_RECOGNITION.test(sentence)),
        ...trace.tally.repaired,
        ...written.notes,
      ],
      violations: written.violations,
      ...(files === undefined ? {} : { files }),
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      elapsedMs: Math.round(performance.now() - startedAt),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    return finishRun(writer, report, options);
  } catch (error) {
    writer.abort();
    throw error;
  }
}
