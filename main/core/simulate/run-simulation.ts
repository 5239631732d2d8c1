/**
 * Simulates what a page asked for: options as they came across the wire in, the run and its figures out. Runs in a worker.
 *
 * A measured run is read from its file once and kept until another one is asked for, because a person who turns knobs asks
 * again and again. What the window draws has a limit; what is written to a file has none.
 */
import { statSync } from "node:fs";

import { AppError } from "#common/errors.ts";
import type { NoPipelineReport, RunReport } from "#common/report.ts";
import { readScheduleCsv } from "#common/schedule/csv.ts";
import type { SimulationCosts, SimulationFigures, SimulationOptions } from "#common/simulation.ts";

import { openRun } from "../../../db/index.ts";
import { buildReport } from "../analysis/build-report.ts";
import { loadAnalysisInput } from "../analysis/load-input.ts";
import { readMeasuredPipeline, type MeasuredPipeline } from "./measured.ts";
import { placeNetwork } from "./place-network.ts";
import { simulateRequest, type SimulateRequest } from "./request.ts";
import type { SimulatedRun } from "./simulated-run.ts";

/** Options and the file of the run that costs are drawn from, where they are. */
export interface SimulationTask {
  readonly options: SimulationOptions;
  readonly measuredFile?: string;
  readonly createdAtEpochMs: number;
  readonly name?: string;
  /** Refuses to compute more spans than this; no limit when left out. */
  readonly mostActions?: number;
}

export interface SimulationResult {
  readonly simulated: SimulatedRun;
  readonly report: RunReport | NoPipelineReport;
  readonly figures: SimulationFigures;
}

/** @throws AppError impossible-order, malformed-schedule, invalid-argument, unknown-network, too-large, and what `openRun` throws */
export function runSimulation(task: SimulationTask): SimulationResult {
  const request = describeRequest(task);
  refuseTooLarge(request, task.mostActions);
  const { simulation, simulated } = simulateRequest(request);
  const { schedule, stages, ranks, batches, makespanNs, bubbleSizeNs, peakInFlight } = simulation;
  return {
    simulated,
    report: buildReport(simulated),
    figures: { schedule, stages, ranks, batches, makespanNs, bubbleSizeNs, peakInFlight },
  };
}

function describeRequest({ options, measuredFile, createdAtEpochMs, name }: SimulationTask): SimulateRequest {
  const { schedule, costs, transfer, ...shape } = options;
  return {
    ...shape,
    schedule: typeof schedule === "string" ? schedule : readScheduleCsv(schedule.csv, { name: schedule.name }),
    ...describeCosts(costs, measuredFile),
    ...(costs.kind === "constant" || transfer !== undefined
      ? { times: { ...timesOf(costs), ...(transfer === undefined ? {} : { transfer }) } }
      : {}),
    ...(name === undefined ? {} : { name }),
    createdAtEpochMs,
  };
}

function describeCosts(costs: SimulationCosts, measuredFile: string | undefined): Partial<SimulateRequest> {
  if (costs.kind === "network") return placeNetwork(costs);
  if (costs.kind === "constant") return {};
  if (measuredFile === undefined) throw new Error("costs of a measured run need its file");
  return { measured: readMeasured(measuredFile), ...(costs.seed === undefined ? {} : { seed: costs.seed }) };
}

function timesOf(costs: SimulationCosts): NonNullable<SimulateRequest["times"]> {
  if (costs.kind !== "constant") return {};
  const { kind: _, ...times } = costs;
  return times;
}

/** Actions of a training schedule on all its stages: forward, input-grad, weight-grad. */
function refuseTooLarge({ schedule, ranks = 1, batches = 1, chunks = 1 }: SimulateRequest, most = Infinity): void {
  const stages = typeof schedule === "string" ? ranks * chunks : schedule.stages;
  const actions = 3 * stages * (typeof schedule === "string" ? batches : schedule.batches);
  if (actions <= most) return;
  throw new AppError({
    code: "too-large",
    what: `${actions.toLocaleString("en-US")} actions are more than can be drawn while they change`,
    todo: `choose fewer ranks or batches, at most ${most.toLocaleString("en-US")} actions, or use pipewave simulate`,
  });
}

let lastMeasured: { readonly key: string; readonly measured: MeasuredPipeline } | undefined;

/** @throws AppError what `openRun` throws, no-pipeline */
function readMeasured(file: string): MeasuredPipeline {
  const stat = statSync(file, { throwIfNoEntry: false });
  const key = `${file}/${stat?.size}/${stat?.mtimeMs}`;
  if (lastMeasured?.key === key) return lastMeasured.measured;
  const reader = openRun(file);
  try {
    const measured = readMeasuredPipeline(loadAnalysisInput(reader));
    if (measured.iterations.length === 0) {
      throw new AppError({
        code: "no-pipeline",
        what: `no pipeline was recognised in ${reader.run.name}`,
        todo: "choose another run to take costs from",
      });
    }
    lastMeasured = { key, measured };
    return measured;
  } finally {
    reader.close();
  }
}
