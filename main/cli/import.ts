/**
 * `pipewave import <file…>`: each trace becomes one run file, in the current folder or where `-o` says.
 *
 * With several traces a failure of one does not stop the others; with --json a single trace gives its report, several give
 * a list in which a failed one is `{ "error": … }`.
 */
import { statSync } from "node:fs";
import path from "node:path";

import type { Command } from "commander";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";

import { adviseForCommand, describeError, runCommand } from "./run-command.ts";
import type { CommandContext, CommonOptions } from "./run-command.ts";
import { RULES_OPTION } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

interface ImportOptions extends CommonOptions, TraceOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export function registerImport(program: Command): void {
  program
    .command("import")
    .summary("turn trace files into run files")
    .description("Turns each trace file (plain, gzip or zstd) into a run file, <name>.pipewave in the current folder.")
    .argument("<trace...>", "trace files")
    .option("-o, --output <path>", "the run file to write; an existing folder with several traces")
    .option(...RULES_OPTION)
    .option("--keep-partial", "import what is whole of a trace that was cut off")
    .option("-f, --force", "replace a run file that exists already")
    .option("--json", "print the import report as JSON")
    .action(async (traces: string[], options: ImportOptions, command: Command) => {
      if (traces.length > 1 && options.output !== undefined && !isFolder(options.output)) {
        command.error("error: with several traces, -o must name an existing folder");
      }
      await runCommand(options, async (context) => {
        const outcomes = await importAll(traces, options, context);
        const { describeImports } = await import("./import-text.ts");
        const failed = outcomes.filter((outcome) => outcome instanceof AppError);
        if (traces.length === 1 && failed.length === 1) throw failed[0];
        const documents = outcomes.map((one) => (one instanceof AppError ? { error: describeError(one) } : one));
        return {
          document: traces.length === 1 ? documents[0] : documents,
          text: () =>
            describeImports(outcomes.filter((outcome): outcome is ImportReport => !(outcome instanceof AppError))),
          ...(failed.length === 0 ? {} : { failure: failed.map(({ message }) => message).join("\n") }),
        };
      });
    });
}

async function importAll(
  traces: readonly string[],
  options: ImportOptions,
  { signal, onProgress }: CommandContext,
): Promise<(ImportReport | AppError)[]> {
  const { importTrace } = await import("../core/import/import-trace.ts");
  const { readTraceOptions } = await import("./trace-options.ts");
  const given = await readTraceOptions(options);
  const outcomes: (ImportReport | AppError)[] = [];
  for (const trace of traces) {
    try {
      const report = await importTrace({
        path: trace,
        out: outputOf(trace, options.output),
        ...given,
        replace: options.force ?? false,
        deriveLater: true,
        signal,
        onProgress: ({ step, share }) => onProgress({ step: `${path.basename(trace)}: ${step}`, share }),
      });
      outcomes.push(report);
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      outcomes.push(adviseForCommand(error));
    }
  }
  return outcomes;
}

/** The run file of a trace. */
function outputOf(trace: string, output: string | undefined): string {
  const name = `${path
    .basename(trace)
    .replace(/\.(gz|zst)$/i, "")
    .replace(/\.json$/i, "")}.pipewave`;
  if (output === undefined) return name;
  return isFolder(output) ? path.join(output, name) : output;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
