/** `pipewave what-if <run>`: replays a measured run with changes, and says what would help most. */
import type { Command } from "commander";
import { Option } from "commander";

import type { Scope } from "#common/report.ts";
import type { Changes, FasterStage } from "#common/schedule/changes.ts";
import { SCHEDULE_NAMES, type ScheduleName } from "#common/schedule/catalogue.ts";

import type { RunReader } from "../../db/index.ts";
import { parseOrdinal } from "./arguments.ts";
import { runCommand } from "./run-command.ts";
import type { CommandContext, CommandResult, CommonOptions } from "./run-command.ts";
import { parseCount, parseFaster } from "./simulation-arguments.ts";
import { RULES_OPTION } from "./trace-options.ts";
import type { TraceOptions } from "./trace-options.ts";

interface WhatIfOptions extends CommonOptions, TraceOptions, Partial<Scope> {
  readonly replay?: boolean;
  readonly faster?: readonly FasterStage[];
  /** False with --no-stragglers. */
  readonly stragglers: boolean;
  readonly average: "mean" | "median";
  readonly schedule?: ScheduleName;
  readonly partition?: string;
  readonly batches?: number;
  readonly buffers?: number;
  readonly infiniteNetwork?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

export function registerWhatIf(program: Command): void {
  program
    .command("what-if")
    .summary("say what a change would do to a measured run")
    .description(
      "Replays one iteration of a measured run with its own costs and the changes given, all at once, and ranks single " +
        "changes by what they would save. Without changes it is the replay itself.",
    )
    .argument("<run>", "run file, or a trace to look at without keeping a run")
    .option("--replay", "change nothing: how well does the model repeat the run?")
    .option("--faster <stage:share>", "save a share of a stage's time, such as 3:20%; may be given again", parseFaster)
    .option("--no-stragglers", "give every operation the job-wide average of its type")
    .addOption(new Option("--average <kind>", "which average that is").choices(["mean", "median"]).default("mean"))
    .addOption(new Option("--schedule <name>", "run another schedule").choices(SCHEDULE_NAMES))
    .option(
      "--partition <ranges>",
      "stages of each rank: balanced (the best contiguous one), or ranges such as 0-2,3-27",
    )
    .option("--batches <m>", "run so many batches", parseCount)
    .option("--buffers <n>", "batches that a channel between two ranks holds", parseCount)
    .option("--infinite-network", "let transfers between ranks take no time")
    .option("--iteration <k>", "the iteration to look at", parseOrdinal)
    .option("--replica <r>", "the replica to look at", parseOrdinal)
    .option(...RULES_OPTION)
    .option("--keep-partial", "look at what is whole of a trace that was cut off")
    .option("-o, --output <path>", "run file to write the changed run to")
    .option("-f, --force", "replace a file that exists already")
    .option("--json", "print the report as JSON")
    .action(async (run: string, options: WhatIfOptions) => {
      await runCommand(options, async (context) => {
        const { withInput } = await import("./open-input.ts");
        return withInput(run, { options, context }, (reader) => answer(reader, { options, context }));
      });
    });
}

async function answer(
  reader: RunReader,
  { options, context }: { options: WhatIfOptions; context: CommandContext },
): Promise<CommandResult> {
  const { loadAnalysisInput } = await import("../core/analysis/load-input.ts");
  const { answerWhatIf } = await import("../core/simulate/what-if.ts");
  const { findCutBytes } = await import("../core/simulate/cut-bytes.ts");
  context.onProgress({ step: "replaying" });
  const { iteration, replica, output, force = false } = options;
  const cutBytes = findCutBytes(reader);
  const whatIf = answerWhatIf(
    { ...loadAnalysisInput(reader), run: reader.run },
    {
      changes: await readChanges(options, reader.stages.length),
      scope: { ...(iteration === undefined ? {} : { iteration }), ...(replica === undefined ? {} : { replica }) },
      createdAtEpochMs: Date.now(),
      ...(cutBytes === undefined ? {} : { cutBytes }),
    },
  );
  const { simulation, simulated, ranked, replayErrorRatio, contention, stragglers, recordedNs, replayedNs } = whatIf;
  if (output !== undefined) {
    const { writeSimulatedRun } = await import("../core/simulate/write-simulated.ts");
    writeSimulatedRun(simulated, { out: output, replace: force });
  }
  const { buildReport, isNoPipeline } = await import("../core/analysis/build-report.ts");
  const report = buildReport(simulated);
  const { describeNoPipeline, describeReport } = await import("./report-text.ts");
  const { describeSimulation, describeWhatIf } = await import("./simulation-text.ts");
  return {
    document: {
      ...report,
      ...(output === undefined ? {} : { file: output }),
      schedule: simulation.schedule,
      bubbleSizeNs: simulation.bubbleSizeNs,
      peakInFlight: simulation.peakInFlight,
      derivedFrom: reader.run.name,
      recordedNs,
      replayedNs,
      ...(replayErrorRatio === undefined ? {} : { replayErrorRatio }),
      ...(contention === undefined ? {} : { contention }),
      ...(stragglers === undefined ? {} : { stragglers }),
      ranked: ranked.map(({ change, makespanNs, gain }) => ({ change, makespanNs, gain })),
    },
    text: () =>
      `${describeWhatIf(whatIf)}\n${isNoPipeline(report) ? describeNoPipeline(report) : describeReport(report)}\n` +
      describeSimulation(simulation) +
      (output === undefined ? "" : `\nWritten to ${output}`),
  };
}

async function readChanges(options: WhatIfOptions, stages: number): Promise<Changes> {
  const { replay, faster, stragglers, average, schedule, partition, batches, buffers, infiniteNetwork } = options;
  const changes: Changes = {
    ...(faster === undefined ? {} : { faster }),
    ...(stragglers ? {} : { noStragglers: average }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(partition === undefined ? {} : { partition: await readPartitionOption(partition, stages) }),
    ...(batches === undefined ? {} : { batches }),
    ...(buffers === undefined ? {} : { bufferDepth: buffers }),
    ...(infiniteNetwork === true ? { infiniteNetwork } : {}),
  };
  if (replay !== true || Object.keys(changes).length === 0) return changes;
  const { AppError } = await import("#common/errors.ts");
  throw new AppError({
    code: "invalid-argument",
    what: "--replay changes nothing, but changes were given",
    todo: "leave one of the two out",
  });
}

async function readPartitionOption(text: string, stages: number): Promise<NonNullable<Changes["partition"]>> {
  if (text === "balanced") return text;
  const { readPartition } = await import("../core/simulate/read-partition.ts");
  return readPartition({ text, stages });
}
