/** `pipewave report <run>`: makespan, bubbles and initiation interval of one iteration of one replica. */
import type { Command } from "commander";

import type { Scope } from "#common/report.ts";

import { parseOrdinal } from "./arguments.ts";
import { runCommand } from "./run-command.ts";
import type { CommonOptions } from "./run-command.ts";
import { PIPELINE_GROUP_OPTION, RULES_OPTION } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

interface ReportOptions extends CommonOptions, TraceOptions, Partial<Scope> {
  readonly bubbles?: number;
}

export function registerReport(program: Command): void {
  program
    .command("report")
    .summary("say how well a run used its pipeline")
    .description(
      "Prints makespan, bubbles and initiation intervals of one iteration of one replica: by default replica 0, the " +
        "iteration of (lower) median makespan. Exits with 1 when no pipeline was recognised.",
    )
    .argument("<run>", "run file, or a trace to look at without keeping a run")
    .option("--iteration <k>", "the iteration to report on", parseOrdinal)
    .option("--replica <r>", "the replica to report on", parseOrdinal)
    .option(
      "--bubbles <n>",
      "also list the n longest bubbles, each with its cause and what was waited for",
      parseOrdinal,
    )
    .option(...RULES_OPTION)
    .option(...PIPELINE_GROUP_OPTION)
    .option("--keep-partial", "look at what is whole of a trace that was cut off")
    .option("--json", "print the report as JSON")
    .action(async (run: string, options: ReportOptions) => {
      await runCommand(options, async (context) => {
        const { withInput } = await import("./open-input.ts");
        return withInput(run, { options, context }, async (reader) => {
          const { loadScopeInput } = await import("../core/analysis/load-input.ts");
          const { buildReport, isNoPipeline } = await import("../core/analysis/build-report.ts");
          context.onProgress({ step: "computing the report" });
          const { iteration, replica } = options;
          const scope = {
            ...(iteration === undefined ? {} : { iteration }),
            ...(replica === undefined ? {} : { replica }),
          };
          const input = loadScopeInput(reader, scope);
          const report = buildReport(input, scope);
          const { describeNoPipeline, describeReport } = await import("./report-text.ts");
          if (isNoPipeline(report)) {
            return { document: report, text: () => describeNoPipeline(report), failure: report.error };
          }
          const { checkReport } = await import("../core/analysis/invariants.ts");
          for (const violation of checkReport(report)) {
            process.stderr.write(`Please report this as a bug: ${violation}\n`);
          }
          if (options.bubbles === undefined) return { document: report, text: () => describeReport(report) };
          const { listBubbles } = await import("../core/analysis/list-bubbles.ts");
          const { describeBubbles } = await import("./bubbles-text.ts");
          const listed = listBubbles(input, { ...scope, limit: options.bubbles });
          return {
            document: { ...report, bubbles: listed },
            text: () => `${describeReport(report)}\n${describeBubbles(listed)}`,
          };
        });
      });
    });
}
