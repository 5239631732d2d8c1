/** `pipewave export <run>`: the run as Chrome trace JSON, CSV, plain SQLite rows or a picture, in a file or on stdout. */
import { statSync } from "node:fs";
import path from "node:path";

import { Option } from "commander";
import type { Command } from "commander";

import { runCommand } from "./run-command.ts";
import type { CommandContext, CommonOptions } from "./run-command.ts";
import type { RunReader } from "../../db/index.ts";

const SUFFIXES = { chrome: ".json", csv: ".csv", sqlite: ".sqlite", svg: ".svg" } as const;
type Format = keyof typeof SUFFIXES;
const FORMATS: readonly string[] = Object.keys(SUFFIXES);

const STANDARD_OUTPUT = "-";

interface ExportOptions extends CommonOptions {
  readonly format: Format;
  readonly output?: string;
  readonly force?: boolean;
}

export function registerExport(program: Command): void {
  program
    .command("export")
    .summary("write a run in a format that other tools read")
    .description(
      "Writes a whole run as Chrome trace JSON (which imports again as the very same run), its spans as CSV, all of it as " +
        "plain SQLite rows, or a picture of its wavefront as SVG.",
    )
    .argument("<run>", "run file, or a trace")
    .addOption(new Option("--format <format>", "what to write").choices(FORMATS).default("chrome"))
    .option("-o, --output <path>", "the file to write, compressed when it ends in .gz; - for stdout")
    .option("-f, --force", "replace a file that exists already")
    .option("--json", "print what was written as JSON")
    .action(async (run: string, options: ExportOptions, command: Command) => {
      if (options.output === STANDARD_OUTPUT && (options.json ?? false)) {
        command.error("error: --json and -o - both want stdout");
      }
      if (options.output === STANDARD_OUTPUT && options.format === "sqlite") {
        command.error("error: a SQLite database cannot be written to stdout");
      }
      await runCommand(options, async (context) => {
        const { withInput } = await import("./open-input.ts");
        return withInput(run, { options: {}, context }, async (reader) => {
          const file =
            options.output ??
            `${path.basename(run).replace(/\.(pipewave|json)(\.(gz|zst))?$/i, "")}${SUFFIXES[options.format]}`;
          await writeExport(reader, { file, ...options, context });
          if (file === STANDARD_OUTPUT) return { document: undefined, text: () => "" };
          const sizeBytes = statSync(file).size;
          const { formatBytes, formatCountOf } = await import("#common/format.ts");
          const spans = formatCountOf(reader.spanCount, { one: "span" });
          return {
            document: { file, format: options.format, spans: reader.spanCount, sizeBytes },
            text: () => `${file}: ${spans}, ${formatBytes(sizeBytes)}`,
          };
        });
      });
    });
}

async function writeExport(
  reader: RunReader,
  { file, format, force = false, context }: { file: string; context: CommandContext } & ExportOptions,
): Promise<void> {
  if (format === "sqlite") {
    const { exportSqlite } = await import("../core/export/sqlite.ts");
    await exportSqlite(reader, { file, replace: force, ...context });
    return;
  }
  const { createOutputFile, outputTo } = await import("../core/export/output.ts");
  const output = file === STANDARD_OUTPUT ? outputTo(process.stdout) : createOutputFile(file, { replace: force });
  try {
    if (format === "csv") {
      const { exportCsv } = await import("../core/export/csv.ts");
      await exportCsv(reader, { output, ...context });
    } else if (format === "svg") {
      const { exportSvg } = await import("../core/export/svg.ts");
      await exportSvg(reader, { output, ...context });
    } else {
      const { exportChromeTrace } = await import("../core/export/chrome-trace.ts");
      await exportChromeTrace(reader, { output, ...context });
    }
    await output.finish();
  } catch (error) {
    await output.abort();
    throw error;
  }
}
