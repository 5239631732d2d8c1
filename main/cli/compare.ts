/**
 * `pipewave compare <a> <b>`: what changed between two runs, and why. With --fail-if-slower it is a check for CI: exit code 1
 * when B is slower by more than that and the difference is more than noise.
 */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";

import type { ComparisonScope, GivenStagePair } from "#common/comparison.ts";

import { parseOrdinal } from "./arguments.ts";
import { runCommand } from "./run-command.ts";
import type { CommandContext, CommandResult, CommonOptions } from "./run-command.ts";
import type { RunReader } from "../../db/index.ts";
import { RULES_OPTION } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

interface CompareOptions extends CommonOptions, TraceOptions {
  readonly iteration?: number;
  readonly iterationA?: number;
  readonly iterationB?: number;
  readonly replica?: number;
  readonly stages?: readonly GivenStagePair[];
  readonly html?: string;
  readonly force?: boolean;
  /** Share, 0.05 for 5 %. */
  readonly failIfSlower?: number;
}

export function registerCompare(program: Command): void {
  program
    .command("compare")
    .summary("say what changed between two runs, and why")
    .description(
      "Compares one iteration of each run: by default replica 0, and of either run the iteration of (lower) median " +
        "makespan. Spans are matched by stage, batch, pass and phase; the difference of the makespans is put down to what " +
        "lies on the two critical paths. Exits with 1 when a run has no pipeline, or with --fail-if-slower when B is slower.",
    )
    .argument("<a>", "run file or trace: what was before")
    .argument("<b>", "run file or trace: what is compared with it")
    .option("--iteration <k>", "the iteration to compare, of both runs", parseOrdinal)
    .option("--iteration-a <k>", "the iteration of A", parseOrdinal)
    .option("--iteration-b <k>", "the iteration of B", parseOrdinal)
    .option("--replica <r>", "the replica to compare", parseOrdinal)
    .option(
      "--stages <pairs>",
      "which stages belong together, such as 0:0,1:2 (A:B); by default equal names, then equal positions",
      parseStagePairs,
    )
    .option("--html <file>", "also write a report with pictures, one file that needs nothing else")
    .option("-f, --force", "replace an HTML file that exists already")
    .option(
      "--fail-if-slower <share>",
      "exit with 1 when B takes longer a batch by more than this, such as 5%, and repeated iterations (where there are " +
        "any) show that it is not noise",
      parseShare,
    )
    .option(...RULES_OPTION)
    .option("--keep-partial", "look at what is whole of traces that were cut off")
    .option("--json", "print the comparison as JSON")
    .action(async (a: string, b: string, options: CompareOptions, command: Command) => {
      const { iteration, iterationA, iterationB } = options;
      if (iteration !== undefined && (iterationA !== undefined || iterationB !== undefined)) {
        command.error("error: --iteration is for both runs; use --iteration-a and --iteration-b for different ones");
      }
      await runCommand(options, async (context) => {
        const { withInput } = await import("./open-input.ts");
        return withInput(a, { options, context }, (readerA) =>
          withInput(b, { options, context }, (readerB) =>
            compareReaders({ a: readerA, b: readerB }, { options, context }),
          ),
        );
      });
    });
}

async function compareReaders(
  readers: { readonly a: RunReader; readonly b: RunReader },
  { options, context }: { readonly options: CompareOptions; readonly context: CommandContext },
): Promise<CommandResult> {
  const { loadAnalysisInput } = await import("../core/analysis/load-input.ts");
  const { compareRuns } = await import("../core/compare/compare-runs.ts");
  context.onProgress({ step: "comparing" });
  const inputs = { a: loadAnalysisInput(readers.a), b: loadAnalysisInput(readers.b) };
  const comparison = compareRuns(inputs, readScope(options));
  const { report } = comparison;
  if (options.html !== undefined) {
    context.onProgress({ step: "drawing" });
    const { drawComparisonReport } = await import("../core/compare/report-html.ts");
    const { createOutputFile } = await import("../core/export/output.ts");
    const html = drawComparisonReport(comparison, { a: inputs.a, b: inputs.b });
    const output = createOutputFile(options.html, { replace: options.force ?? false });
    try {
      await output.write(html);
      await output.finish();
    } catch (error) {
      await output.abort();
      throw error;
    }
  }
  const { judgeSlowdown } = await import("../core/compare/slowdown.ts");
  const { describeComparison } = await import("./compare-text.ts");
  const verdict = options.failIfSlower === undefined ? undefined : judgeSlowdown(report, options.failIfSlower);
  return {
    document: {
      ...report,
      ...(options.html === undefined ? {} : { html: options.html }),
      ...(verdict === undefined ? {} : { slowdown: verdict }),
    },
    text: () =>
      describeComparison(comparison) + (options.html === undefined ? "" : `\nReport written to ${options.html}\n`),
    ...(verdict?.failed === true ? { failure: verdict.text } : {}),
  };
}

function readScope({ iteration, iterationA, iterationB, replica, stages }: CompareOptions): ComparisonScope {
  const a = iterationA ?? iteration;
  const b = iterationB ?? iteration;
  return {
    ...(a === undefined ? {} : { iterationA: a }),
    ...(b === undefined ? {} : { iterationB: b }),
    ...(replica === undefined ? {} : { replica }),
    ...(stages === undefined ? {} : { stageMap: stages }),
  };
}

/** `0:0,1:2`. */
function parseStagePairs(text: string): GivenStagePair[] {
  return text.split(",").map((part) => {
    const match = /^\s*(\d+):(\d+)\s*$/.exec(part);
    if (match === null) throw new InvalidArgumentError("It takes pairs of stages of A and B, such as 0:0,1:2.");
    return { a: Number(match[1]), b: Number(match[2]) };
  });
}

/** `5%`, or `0.05`. */
function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It takes a share, such as 5%.");
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}
