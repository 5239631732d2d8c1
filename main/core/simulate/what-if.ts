/**
 * What a measured run would have been under changes, and which single change would help most.
 *
 * Everything is compared with the replay of the run, not with the recording itself: so a gain is never the model's error. The
 * model is what-if-training.ts, or what-if-dataflow.ts for forward-only runs of contiguous ranges.
 */
import { AppError } from "#common/errors.ts";
import type { Run } from "#common/model.ts";
import type { Scope } from "#common/report.ts";
import type { ContentionFigures, RankedChange, StragglerFigures, WhatIfAnswer } from "#common/simulation.ts";
import { upTo } from "#common/schedule/action.ts";
import { SCHEDULE_NAMES } from "#common/schedule/catalogue.ts";
import type { AnalysisInput } from "../analysis/input.ts";
import { chooseWindow, surveyRun } from "../analysis/windows.ts";
import { describeChanges, type Changes } from "#common/schedule/changes.ts";
import { readMeasuredPipeline } from "./measured.ts";
import { describeSimulatedRun, type SimulatedRun } from "./simulated-run.ts";
import type { Simulation } from "./simulation.ts";
import { createDataflowModel, findPartition } from "./what-if-dataflow.ts";
import { createTrainingModel } from "./what-if-training.ts";

export interface WhatIf extends WhatIfAnswer {
  readonly simulation: Simulation;
  readonly simulated: SimulatedRun;
}

export interface WhatIfOptions {
  readonly changes: Changes;
  readonly scope?: Partial<Scope>;
  readonly createdAtEpochMs: number;
  /** Bytes of a batch across the cut after a stage, where the network is known. */
  readonly cutBytes?: (after: number) => number;
}

export interface WhatIfInput extends AnalysisInput {
  readonly run: Pick<Run, "name" | "kind" | "schedule" | "network">;
}

/** What is tried when ranking: a fifth less time of one stage. */
const RANKED_SHARE = 0.2;
const DEEPER_BUFFERS = 8;

/** Names that say that a device computes for several ranks at once. */
const PARALLEL_DEVICE = /^(cpu|wasm|host)\b/iu;

/** The part of a model that both kinds have. */
interface Model {
  readonly simulate: (changes: Changes) => Simulation;
  readonly replayErrorRatio: number | undefined;
  readonly contention?: ContentionFigures;
  /** Single changes worth trying. */
  readonly candidates: readonly Changes[];
  readonly measureStragglers?: (average: "mean" | "median") => StragglerFigures;
}

/** @throws AppError no-pipeline, unknown-scope, invalid-argument, impossible-order */
export function answerWhatIf(
  input: WhatIfInput,
  { changes, scope = {}, createdAtEpochMs, cutBytes }: WhatIfOptions,
): WhatIf {
  const { windows } = surveyRun(input);
  if (windows.length === 0) {
    throw new AppError({
      code: "no-pipeline",
      what: `no pipeline was recognised in ${input.run.name}`,
      todo: "look at it with pipewave report",
    });
  }
  const window = chooseWindow(windows, scope);
  const chosen: Scope = { iteration: window.iteration, replica: window.replica };
  const model = createModel(input, { scope: chosen, ...(cutBytes === undefined ? {} : { cutBytes }) });
  checkStages(changes, input.stages.length);
  const replayedNs = model.simulate({}).makespanNs;
  const simulation = model.simulate(changes);
  const change = describeChanges(changes);
  const stragglers = model.measureStragglers?.(changes.noStragglers ?? "mean");
  return {
    simulation,
    simulated: describeSimulatedRun(simulation, {
      name: `${input.run.name}: ${change}`,
      createdAtEpochMs,
      derivedFrom: input.run.name,
      iteration: chosen.iteration,
      ...(input.run.network === undefined ? {} : { network: input.run.network }),
      // A new schedule may have merged stages: those have no names of their own.
      ...(simulation.stages === input.stages.length ? { stages: describeStages(input) } : {}),
    }),
    scope: chosen,
    change,
    makespanNs: simulation.makespanNs,
    recordedNs: window.endNs - window.startNs,
    replayedNs,
    ...(model.replayErrorRatio === undefined ? {} : { replayErrorRatio: model.replayErrorRatio }),
    ...(model.contention === undefined ? {} : { contention: model.contention }),
    ranked: rankChanges(model, { changes, replayedNs }),
    ...(stragglers === undefined ? {} : { stragglers }),
  };
}

const describeStages = ({ stages }: WhatIfInput): SimulatedRunStages =>
  stages
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map(({ name, op, flops }) => ({ name, op, ...(flops === undefined ? {} : { flops }) }));

type SimulatedRunStages = NonNullable<Parameters<typeof describeSimulatedRun>[1]["stages"]>;

function checkStages({ faster = [] }: Changes, stages: number): void {
  const wrong = faster.find(({ stage }) => stage >= stages);
  if (wrong === undefined) return;
  throw new AppError({
    code: "invalid-argument",
    what: `the run has no stage ${wrong.stage}`,
    todo: `choose one of 0…${stages - 1}`,
  });
}

function createModel(
  input: WhatIfInput,
  { scope, cutBytes }: { scope: Scope; cutBytes?: (after: number) => number },
): Model {
  const measured = readMeasuredPipeline(input);
  const faster = upTo(measured.stages).map((stage): Changes => ({ faster: [{ stage, share: RANKED_SHARE }] }));
  const everywhere: readonly Changes[] = [{ noStragglers: "mean" }, { infiniteNetwork: true }];
  const partition = measured.isTraining ? undefined : findPartition(measured);
  if (partition !== undefined) {
    const context = {
      isSequential: input.run.schedule === "sequential",
      sharesDevice: sharesDevice(input),
      // All workers of a capture are threads of one process.
      sharesMachine: input.run.kind === "captured" && measured.ranks > 1 && !sharesDevice(input),
      ...(cutBytes === undefined ? {} : { cutBytes }),
    };
    const model = createDataflowModel(measured, { partition, scope, context });
    return {
      ...model,
      candidates: [
        ...faster,
        ...everywhere,
        { partition: "balanced" },
        { bufferDepth: DEEPER_BUFFERS },
        { schedule: context.isSequential ? "dataflow" : "sequential" },
      ],
    };
  }
  const model = createTrainingModel(measured, scope);
  // With one stage a rank, interleaved is 1F1B.
  const isChunked = measured.stages > measured.ranks;
  const schedules = SCHEDULE_NAMES.filter(
    (name) => name !== model.schedule && name !== "dataflow" && (name !== "interleaved" || isChunked),
  );
  return {
    ...model,
    candidates: [...faster, ...everywhere, ...schedules.map((schedule): Changes => ({ schedule }))],
  };
}

/** True when lanes of several ranks name one device that is not known to serve several at once. */
function sharesDevice({ lanes }: WhatIfInput): boolean {
  const ranksOf = new Map<string, Set<number>>();
  for (const { device, rank } of lanes) {
    if (device === undefined || rank === undefined || PARALLEL_DEVICE.test(device)) continue;
    ranksOf.set(device, (ranksOf.get(device) ?? new Set<number>()).add(rank));
  }
  return [...ranksOf.values()].some((ranks) => ranks.size > 1);
}

/** The changes asked for, one by one, and the model's own candidates. What a run does not allow is left out. */
function rankChanges(
  { simulate, candidates }: Model,
  { changes, replayedNs }: { changes: Changes; replayedNs: number },
): readonly RankedChange[] {
  const asked = splitChanges(changes);
  const byText = new Map([...asked, ...candidates].map((single) => [describeChanges(single), single]));
  return [...byText]
    .flatMap(([change, single]): RankedChange[] => {
      const makespanNs = tryMakespan(simulate, single);
      return makespanNs === undefined
        ? []
        : [{ change, changes: single, makespanNs, gain: 1 - makespanNs / replayedNs }];
    })
    .sort((a, b) => a.makespanNs - b.makespanNs);
}

function splitChanges({ faster = [], straggling: _, ...rest }: Changes): readonly Changes[] {
  return [
    ...faster.map((one): Changes => ({ faster: [one] })),
    ...Object.entries(rest)
      // More batches take longer: a different amount of work is no help.
      .filter(([key, value]) => value !== undefined && key !== "batches")
      .map(([key, value]): Changes => ({ [key]: value })),
  ];
}

function tryMakespan(simulate: Model["simulate"], changes: Changes): number | undefined {
  try {
    return simulate(changes).makespanNs;
  } catch (error) {
    // The run has no such variant, for example fewer batches than DualPipe needs.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
