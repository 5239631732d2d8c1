/** `pipewave capture`: runs a network as a pipeline on this machine and keeps what it recorded as a run file or a trace. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

import { CAPTURE_OPTION_SPECS, readCaptureOptions } from "#common/capture-options.ts";
import { DEFAULT_CAPTURE, type BackendStatus, type CaptureOptions } from "#common/runner-api.ts";

import { runCommand } from "./run-command.ts";
import type { CommandContext, CommandResult, CommonOptions } from "./run-command.ts";

interface CaptureFlags extends CommonOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly listBackends?: boolean;
  /** The options of the capture as typed; commander has refused wrong ones already. */
  readonly [flag: string]: unknown;
}

export function registerCapture(program: Command): void {
  const command = program
    .command("capture")
    .summary("run a network as a pipeline here and record it")
    .description(
      "Runs a residual network with seeded weights as a real pipeline on this machine and records every in, compute and " +
        "out. Ctrl-C ends it early and keeps what was captured.",
    )
    .option(
      "-o, --output <path>",
      "run file (*.pipewave) or trace (*.json, *.json.gz); default <network>-<mode>.pipewave",
    )
    .option("-f, --force", "replace a file that exists already")
    .option("--list-backends", "say what can compute here, and why the rest cannot")
    .option("--json", "print the result as JSON");
  for (const { flag, placeholder, description, key, takes, read } of CAPTURE_OPTION_SPECS) {
    const parse = (text: string): string => {
      if (read(text) === undefined) throw new InvalidArgumentError(`It takes ${takes}.`);
      return text;
    };
    command.option(`--${flag} <${placeholder}>`, `${description} (default: ${DEFAULT_CAPTURE[key]})`, parse);
  }
  command.action(async (flags: CaptureFlags) => {
    await runCommand(flags, (context) =>
      flags.listBackends === true ? listBackends() : capture(flags, optionsOf(flags), context),
    );
  });
}

function optionsOf(flags: CaptureFlags): CaptureOptions {
  const typed = Object.fromEntries(
    CAPTURE_OPTION_SPECS.map(({ flag }) => {
      const value = flags[flag.replace(/-(.)/gu, (_, letter: string) => letter.toUpperCase())];
      return [flag, typeof value === "string" ? value : undefined];
    }),
  );
  const options = readCaptureOptions(typed);
  if (typeof options === "string") throw new Error(options);
  return options;
}

async function listBackends(): Promise<CommandResult> {
  const { listRunnerBackends } = await import("../core/capture/ask-runner.ts");
  const backends = await listRunnerBackends();
  return { document: { backends }, text: () => backends.map(describeBackend).join("\n") };
}

const describeBackend = ({ name, usable, detail, chosenByAuto }: BackendStatus): string =>
  `${name.padEnd(11)} ${(usable ? "usable" : "not usable").padEnd(11)} ${detail}${chosenByAuto ? " (auto)" : ""}`;

async function capture(
  { output, force }: CaptureFlags,
  options: CaptureOptions,
  { signal, onProgress }: CommandContext,
): Promise<CommandResult> {
  const { captureRun } = await import("../core/capture/capture-run.ts");
  const out = output ?? `${options.network}-${options.mode}.pipewave`;
  const { file, summary } = await captureRun({ options, out, replace: force ?? false, signal, onProgress });
  const { stopped, ...document } = summary;
  const { formatCountOf } = await import("#common/format.ts");
  const figures = await describeIfRun(file);
  return {
    document: { file, ...document },
    keptOnStop: true,
    text: () => {
      const batches = formatCountOf(summary.batches, { one: "batch", many: "batches" });
      const early = stopped ? ` of ${options.batches} (stopped early)` : "";
      const where = `${summary.device} (${summary.backend}), ${formatCountOf(summary.workers, { one: "worker" })}`;
      return `${file}: ${batches}${early} on ${where}: ${summary.imagesPerSecond.toFixed(1)} images/s${figures}`;
    },
  };
}

async function describeIfRun(file: string): Promise<string> {
  if (!file.endsWith(".pipewave")) return "";
  const { describeFigures, reportCapture } = await import("../core/capture/figures.ts");
  const report = reportCapture(file);
  return report === undefined ? "" : `, ${describeFigures(report)}`;
}
