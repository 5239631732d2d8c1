/** `pipewave simulate`: times a schedule and keeps it as a run like any other. */
import type { Command } from "commander";

import { NETWORK_NAMES } from "#common/runner-api.ts";
import {
  DEFAULT_BATCHES,
  DEFAULT_BUFFER_DEPTH,
  DEFAULT_RANKS,
  isScheduleName,
  SCHEDULE_NAMES,
} from "#common/schedule/catalogue.ts";

import type { Device } from "#common/simulation.ts";
import type { SimulateRequest } from "../core/simulate/request.ts";
import { parseOrdinal } from "./arguments.ts";
import { runCommand } from "./run-command.ts";
import type { CommandContext, CommandResult, CommonOptions } from "./run-command.ts";
import { parseCount, parseDevice, parseTime, parseTimes } from "./simulation-arguments.ts";

type Times = number | readonly number[];

interface SimulateOptions extends CommonOptions {
  readonly schedule: string;
  readonly ranks?: number;
  readonly batches?: number;
  readonly chunks?: number;
  readonly buffers?: number;
  readonly partition?: string;
  readonly forward?: Times;
  readonly backward?: Times;
  readonly weight?: Times;
  readonly overlap?: number;
  readonly in?: Times;
  readonly out?: Times;
  readonly transfer?: number;
  readonly latency?: number;
  readonly network?: string;
  readonly inputSize?: number;
  readonly batchSize?: number;
  readonly device?: Partial<Device>;
  readonly like?: string;
  readonly seed?: number;
  /** False with --no-phase-overlap. */
  readonly phaseOverlap: boolean;
  readonly output?: string;
  readonly writeTable?: string;
  readonly force?: boolean;
}

export function registerSimulate(program: Command): void {
  program
    .command("simulate")
    .summary("time a schedule without running it")
    .description(
      "Times a schedule with costs that are given, follow from a network on a described device, or are drawn from a " +
        "measured run, and prints the report of the run that it makes. Times take a unit: 1ms, 250us.",
    )
    .requiredOption("--schedule <name>", `${SCHEDULE_NAMES.join(", ")}, or a table in PyTorch's CSV form`)
    .option(
      "--ranks <p>",
      `ranks of the pipeline (default: ${DEFAULT_RANKS}, a rank a block for a network's dataflow)`,
      parseCount,
    )
    .option("--batches <m>", `batches (default: ${DEFAULT_BATCHES})`, parseCount)
    .option("--chunks <v>", "model chunks a rank (interleaved)", parseCount)
    .option(
      "--buffers <n>",
      `batches that a channel between two ranks holds (default: ${DEFAULT_BUFFER_DEPTH})`,
      parseCount,
    )
    .option("--forward <times>", "forward of a stage: one time, or one a stage separated by commas", parseTimes)
    .option("--backward <times>", "input-grad of a stage (default: as --forward)", parseTimes)
    .option(
      "--weight <times>",
      "weight-grad of a stage (default: as --backward where the schedule splits, else 0)",
      parseTimes,
    )
    .option("--overlap <time>", "an overlapped forward and backward (default: their sum)", parseTime)
    .option("--in <times>", "input transfer of a dataflow's rank", parseTimes)
    .option("--out <times>", "output transfer of a dataflow's rank", parseTimes)
    .option("--transfer <time>", "time that a transfer occupies the link between two ranks", parseTime)
    .option("--latency <time>", "time that a transfer takes beyond that", parseTime)
    .option("--network <name>", `take costs from a network: ${NETWORK_NAMES.join(", ")}`)
    .option("--input-size <pixels>", "height and width of an image", parseCount)
    .option("--batch-size <images>", "images a batch", parseCount)
    .option("--partition <ranges>", "blocks of each rank, such as 0-2,3-7,8-27")
    .option(
      "--device <rates>",
      "what a rank can do: flops=20e12,memory=400e9,link=64e9,host=4e9,latency=1us",
      parseDevice,
    )
    .option("--like <run>", "draw costs from what a measured run took")
    .option("--seed <n>", "seed of the drawing", parseOrdinal)
    .option("--no-phase-overlap", "let a rank of a dataflow do one thing at a time")
    .option("-o, --output <path>", "run file to write")
    .option("--write-table <path>", "write the order as a table in PyTorch's CSV form")
    .option("-f, --force", "replace a file that exists already")
    .option("--json", "print the report as JSON")
    .action(async (options: SimulateOptions) => {
      await runCommand(options, (context) => simulate(options, context));
    });
}

async function simulate(options: SimulateOptions, context: CommandContext): Promise<CommandResult> {
  const { simulateRequest } = await import("../core/simulate/request.ts");
  const request = await readRequest(options, context);
  context.onProgress({ step: "simulating" });
  const { order, simulation, simulated } = simulateRequest(request);
  const { output, writeTable, force = false } = options;
  if (writeTable !== undefined) {
    const { createOutputFile } = await import("../core/export/output.ts");
    const { writeScheduleCsv } = await import("#common/schedule/csv.ts");
    const table = createOutputFile(writeTable, { replace: force });
    await table.write(writeScheduleCsv(order));
    await table.finish();
  }
  if (output !== undefined) {
    const { writeSimulatedRun } = await import("../core/simulate/write-simulated.ts");
    writeSimulatedRun(simulated, { out: output, replace: force });
  }
  const { buildReport, isNoPipeline } = await import("../core/analysis/build-report.ts");
  const report = buildReport(simulated);
  const { describeNoPipeline, describeReport } = await import("./report-text.ts");
  const { describeSimulation } = await import("./simulation-text.ts");
  const { schedule, bubbleSizeNs, peakInFlight } = simulation;
  return {
    document: {
      ...report,
      ...(output === undefined ? {} : { file: output }),
      schedule,
      bubbleSizeNs,
      peakInFlight,
    },
    text: () =>
      `${isNoPipeline(report) ? describeNoPipeline(report) : describeReport(report)}\n${describeSimulation(simulation)}` +
      (output === undefined ? "" : `\nWritten to ${output}`),
  };
}

async function readRequest(options: SimulateOptions, context: CommandContext): Promise<SimulateRequest> {
  const { ranks, batches, chunks, buffers, forward, backward, weight, overlap, seed, like } = options;
  const { transfer = 0, latency = 0 } = options;
  const network = await readNetwork(options);
  return {
    schedule: isScheduleName(options.schedule) ? options.schedule : await readTable(options.schedule),
    ...(ranks === undefined ? {} : { ranks }),
    ...(batches === undefined ? {} : { batches }),
    ...(chunks === undefined ? {} : { chunks }),
    ...(buffers === undefined ? {} : { bufferDepth: buffers }),
    ...(seed === undefined ? {} : { seed }),
    ...network,
    ...(like === undefined ? {} : { measured: await readMeasured(like, context) }),
    phasesOverlap: options.phaseOverlap,
    times: {
      ...(forward === undefined ? {} : { forwardNs: forward }),
      ...(backward === undefined ? {} : { backwardNs: backward }),
      ...(weight === undefined ? {} : { weightNs: weight }),
      ...(overlap === undefined ? {} : { overlapNs: overlap }),
      ...(options.in === undefined ? {} : { inNs: options.in }),
      ...(options.out === undefined ? {} : { outNs: options.out }),
      ...(transfer === 0 && latency === 0 ? {} : { transfer: { occupancyNs: transfer, latencyNs: latency } }),
    },
    createdAtEpochMs: Date.now(),
  };
}

/** @throws AppError file-not-found, invalid-argument for what is neither a schedule nor a table, malformed-schedule */
async function readTable(text: string): Promise<Extract<SimulateRequest["schedule"], object>> {
  const { AppError } = await import("#common/errors.ts");
  if (!text.toLowerCase().endsWith(".csv")) {
    throw new AppError({
      code: "invalid-argument",
      what: `there is no schedule called "${text}"`,
      todo: `choose one of ${SCHEDULE_NAMES.join(", ")}, or name a table *.csv`,
    });
  }
  const { readFileSync } = await import("node:fs");
  const { default: path } = await import("node:path");
  const { whileReading } = await import("../core/file-errors.ts");
  const { readScheduleCsv } = await import("#common/schedule/csv.ts");
  const content = whileReading(text, () => readFileSync(text, "utf8"));
  return readScheduleCsv(content, { name: path.basename(text) });
}

async function readNetwork({
  network,
  inputSize,
  batchSize,
  device,
  partition,
}: SimulateOptions): Promise<Pick<SimulateRequest, "network" | "partition">> {
  if (network === undefined) return {};
  const { placeNetwork } = await import("../core/simulate/place-network.ts");
  return placeNetwork({
    network,
    ...(inputSize === undefined ? {} : { inputSize }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(device === undefined ? {} : { device }),
    ...(partition === undefined ? {} : { partition }),
  });
}

async function readMeasured(file: string, context: CommandContext): Promise<NonNullable<SimulateRequest["measured"]>> {
  const { withInput } = await import("./open-input.ts");
  return withInput(file, { options: {}, context }, async (reader) => {
    const { loadAnalysisInput } = await import("../core/analysis/load-input.ts");
    const { readMeasuredPipeline } = await import("../core/simulate/measured.ts");
    return readMeasuredPipeline(loadAnalysisInput(reader));
  });
}
