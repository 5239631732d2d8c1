/**
 * `pipewave import <file or folder…>`: each trace, or each folder of the traces of a job, becomes one run file, in the
 * current folder or where `-o` says.
 *
 * With several traces a failure of one does not stop the others; with --json a single trace gives its report, several give
 * a list in which a failed one is `{ "error": … }`.
 */
import { statSync } from "node:fs";
import path from "node:path";

import type { Command } from "commander";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";

import type { ImportOptions as FileImportOptions } from "../core/import/import-trace.ts";
import { stemOfTrace } from "../core/import/trace-name.ts";
import { adviseForCommand, describeError, runCommand } from "./run-command.ts";
import type { CommandContext, CommonOptions } from "./run-command.ts";
import { PIPELINE_GROUP_OPTION, RULES_OPTION } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

interface ImportOptions extends CommonOptions, TraceOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly oneRun?: boolean;
  readonly rankFrom?: string;
  readonly keepGoing?: boolean;
}

export function registerImport(program: Command): void {
  program
    .command("import")
    .summary("turn trace files into run files")
    .description(
      "Turns each trace file (plain, gzip or zstd) into a run file, <name>.pipewave in the current folder. The format is " +
        "told by the content: Chrome Trace Event JSON, PyTorch profiler (Kineto), Nsight Systems exported as SQLite, " +
        "Perfetto protobuf, PyTorch schedule tables, spans as CSV or NDJSON. A folder is one run: its files are the ranks of " +
        "a job and are set to one clock. Several traces are a run each; with -o run.pipewave or --one-run they are one. " +
        "A run file is recognised again by other --rules, without its traces.",
    )
    .argument("<trace...>", "trace files, or folders of them")
    .option("-o, --output <path>", "the run file to write; an existing folder for a run each")
    .option("--one-run", "the traces are the ranks of one run")
    .option("--rank-from <regex>", "of several files: reads the rank from the path, by the groups rank and replica")
    .option("--keep-going", "of several files: leave out those that cannot be read")
    .option(...RULES_OPTION)
    .option(...PIPELINE_GROUP_OPTION)
    .option("--keep-partial", "import what is whole of a trace that was cut off")
    .option("-f, --force", "replace a run file that exists already")
    .option("--json", "print the import report as JSON")
    .action(async (traces: string[], options: ImportOptions, command: Command) => {
      if (traces.length > 1 && isUnclear(options)) {
        command.error("error: with several traces, -o must name an existing folder, or a file that ends in .pipewave");
      }
      const works = planImports(traces, options);
      await runCommand(options, async (context) => {
        const outcomes = await importAll(works, options, context);
        const { describeImports } = await import("./import-text.ts");
        const failed = outcomes.filter((outcome) => outcome instanceof AppError);
        if (works.length === 1 && failed.length === 1) throw failed[0];
        const documents = outcomes.map((one) => (one instanceof AppError ? { error: describeError(one) } : one));
        return {
          document: works.length === 1 ? documents[0] : documents,
          text: () =>
            describeImports(outcomes.filter((outcome): outcome is ImportReport => !(outcome instanceof AppError))),
          ...(failed.length === 0 ? {} : { failure: failed.map(({ message }) => message).join("\n") }),
        };
      });
    });
}

const RUN_SUFFIX = ".pipewave";
const RUN_SUFFIX_AT_END = /\.pipewave$/;

/** What becomes one run file. */
interface ImportWork {
  readonly paths: readonly string[];
  /** Several files, or a folder of them. */
  readonly isMany: boolean;
  readonly name: string;
  readonly out: string;
}

/** A folder's name that was mistyped must not become a run of all traces. */
function isUnclear({ output, oneRun = false }: ImportOptions): boolean {
  return !oneRun && output !== undefined && !isFolder(output) && !output.endsWith(RUN_SUFFIX);
}

/** A folder is one run, several files are one where they get one name or are said to be. */
function planImports(traces: readonly string[], { output, oneRun = false }: ImportOptions): readonly ImportWork[] {
  const isOne = oneRun || (output !== undefined && !isFolder(output));
  if (traces.length > 1 && isOne) {
    const name = output === undefined || isFolder(output) ? nameOf(traces[0]) : nameOf(output);
    return [{ paths: traces, isMany: true, name, out: outputOf(name, output) }];
  }
  return traces.map((trace) => {
    const name = nameOf(trace);
    return { paths: [trace], isMany: isFolder(trace), name, out: outputOf(name, output) };
  });
}

const nameOf = (trace: string): string =>
  stemOfTrace(path.basename(path.resolve(trace))).replace(RUN_SUFFIX_AT_END, "");

async function importAll(
  works: readonly ImportWork[],
  options: ImportOptions,
  { signal, onProgress }: CommandContext,
): Promise<(ImportReport | AppError)[]> {
  const { importTrace } = await import("../core/import/import-trace.ts");
  const { readTraceOptions } = await import("./trace-options.ts");
  const given = await readTraceOptions(options);
  const { rankFrom, keepGoing = false } = options;
  const outcomes: (ImportReport | AppError)[] = [];
  for (const { paths, isMany, name, out } of works) {
    const common: Omit<FileImportOptions, "path"> = {
      out,
      ...given,
      replace: options.force ?? false,
      deriveLater: true,
      signal,
      onProgress: ({ step, share }) => onProgress({ step: `${path.basename(paths[0])}: ${step}`, share }),
    };
    try {
      const again = isMany ? undefined : await importAgain(paths[0], options, { ...common, name });
      if (again !== undefined) {
        outcomes.push(again);
        continue;
      }
      if (!isMany) {
        outcomes.push(await importTrace({ ...common, path: paths[0] }));
        continue;
      }
      const { importFolder } = await import("../core/import/folder/import-folder.ts");
      const many = { paths, name, keepGoing, ...(rankFrom === undefined ? {} : { rankFrom }) };
      outcomes.push(await importFolder({ ...common, ...many }));
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      outcomes.push(adviseForCommand(error));
    }
  }
  return outcomes;
}

/** A run file is recognised again, by the rules that are given; undefined for a trace. */
async function importAgain(
  file: string,
  { rules }: ImportOptions,
  common: Omit<FileImportOptions, "path" | "rules"> & { readonly name: string },
): Promise<ImportReport | undefined> {
  if (!file.endsWith(RUN_SUFFIX)) return undefined;
  const { openRun } = await import("../../db/index.ts");
  const { recogniseAgain } = await import("../core/import/recognise/recognise-again.ts");
  const { readRulesFile } = await import("../core/import/recognise/load-rules.ts");
  const text = rules === undefined ? undefined : await readRulesFile(rules);
  const reader = openRun(file);
  try {
    const { out, name, replace = false, deriveLater = false, signal, onProgress } = common;
    const given = { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
    const called = text === undefined ? {} : { rules: text, rulesName: path.basename(rules ?? "") };
    return await recogniseAgain(reader, { ...called, ...given, out, name, replace, deriveLater });
  } finally {
    reader.close();
  }
}

/** The run file of a run of that name. */
function outputOf(name: string, output: string | undefined): string {
  const file = `${name}.pipewave`;
  if (output === undefined) return file;
  return isFolder(output) ? path.join(output, file) : output;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
