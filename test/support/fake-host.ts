/**
 * A backend that lives in the test: one generated run and answers made up from it, for tests of the renderer's state and
 * for looking at views without a server. Its figures are plausible, not computed; nothing here is an oracle.
 *
 * The run is a forward-only wavefront: stage s of batch b computes in [(s + b) · 10 ms, + 10 ms), two stages a rank, with
 * `in` and `out` of 2 ms around it. Stage 2k and 2k + 1 belong to rank k.
 */
import type { Api, ApiEvents, Client, Job, LibraryEntry, RunDetail, SpanWindow } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { BubbleColumns, PathColumns } from "#common/explanation.ts";
import type { JobId, RunId } from "#common/ids.ts";
import { jobId, laneId, nameId, runId, spanId, stageId } from "#common/ids.ts";
import type { Lane, Op, Stage } from "#common/model.ts";
import { createSpanColumns, PASS_FORWARD, phaseCode } from "#common/model.ts";
import type { RunReport } from "#common/report.ts";
import { ns } from "#common/units.ts";
import type { ConnectionState, Host } from "../../renderer/host/host.ts";

export const STEP_NS = 10_000_000;
const TRANSFER_NS = 2_000_000;
const NO_IDS = new Int32Array();
const NO_CODES = new Uint8Array();
const NO_TIMES = new Float64Array();
const NO_BUBBLES: BubbleColumns = {
  length: 0,
  rank: NO_IDS,
  from: NO_TIMES,
  to: NO_TIMES,
  cause: NO_CODES,
  awaitedStage: NO_IDS,
  awaitedBatch: NO_IDS,
  awaitedPass: NO_CODES,
  waitedFor: NO_IDS,
  next: NO_IDS,
};
const NO_PATH: PathColumns = {
  length: 0,
  from: NO_TIMES,
  to: NO_TIMES,
  phase: NO_CODES,
  rank: NO_IDS,
  span: NO_IDS,
  lane: NO_IDS,
  stage: NO_IDS,
  batch: NO_IDS,
};
const OPS: readonly Op[] = ["conv", "pool", "res", "fc"];

export interface FakeHost extends Host {
  /** Every call: name and arguments. */
  readonly calls: { readonly method: string; readonly args: unknown }[];
  readonly entries: LibraryEntry[];
  /** Answers of methods, replaced at will. */
  readonly answers: { [Name in keyof Api]: (args: Parameters<Api[Name]>[0]) => unknown };
  emit<Name extends keyof ApiEvents>(event: Name, payload: ApiEvents[Name]): void;
  connection(state: ConnectionState): void;
  /** Called for each upload; answers with its name. */
  answerUpload: (file: File, options: { signal: AbortSignal }) => Promise<string>;
}

export function createFakeHost({ stages = 8, batches = 6 }: { stages?: number; batches?: number } = {}): FakeHost {
  const calls: { method: string; args: unknown }[] = [];
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const watchers = new Set<(state: ConnectionState) => void>();
  const run = runId("wave");
  const detail = createDetail({ run, stages, batches });
  const entries = [createEntry(detail)];
  let state: ConnectionState = "open";
  let nextJob = 0;

  const answers: FakeHost["answers"] = {
    describeHost: () => ({ version: "0.0.0", libraryPath: "runs", uploadLimitBytes: 1e9 }),
    listRuns: () => [...entries],
    listJobs: (): Job[] => [],
    startImport: (): JobId => jobId(nextJob++),
    cancelJob: () => undefined,
    listBackends: () => [],
    previewCapture: () => {
      throw new Error("the fake measures nothing");
    },
    startCapture: (): JobId => jobId(nextJob++),
    previewRules: ({ rules }) => ({
      sampled: 0,
      spans: 0,
      recognised: 0,
      rules: [],
      unrecognised: [],
      ...(rules?.includes("wrong") === true ? { problem: "that rule is wrong" } : {}),
    }),
    recogniseAgain: (): JobId => jobId(nextJob++),
    renameRun: () => undefined,
    deleteRun: () => undefined,
    restoreRun: () => undefined,
    readRun: (args) => {
      if (args.run !== run) throw new AppError({ code: "unknown-run", what: "the library has no such run" });
      return detail;
    },
    readReport: ({ iteration = 1, replica = 0 }) => createReport(detail, { iteration, replica, batches }),
    readBubbles: ({ iteration = 1, replica = 0 }) => ({ scope: { iteration, replica }, bubbles: NO_BUBBLES, total: 0 }),
    readCriticalPath: ({ iteration = 1, replica = 0 }) => ({ scope: { iteration, replica }, path: NO_PATH }),
    readTransfers: () => ({ length: 0, span: NO_IDS, from: NO_TIMES, to: NO_TIMES }),
    readComparison: () => {
      throw new Error("the fake compares nothing");
    },
    readMatrix: () => {
      throw new Error("the fake has no matrix");
    },
    readTile: () => {
      throw new Error("the fake has no tiles");
    },
    simulate: () => {
      throw new Error("the fake simulates nothing");
    },
    saveSimulation: () => run,
    rankChanges: () => {
      throw new Error("the fake replays nothing");
    },
    deriveRun: () => run,
    readSpans: ({ fromNs, toNs }) => createSpans({ stages, batches, fromNs, toNs }),
    readStageSpans: ({ fromNs, toNs }) => createSpans({ stages, batches, fromNs, toNs }),
    querySql: () => ({ columns: ["one"], rows: [[1]], more: false, elapsedMs: 1 }),
    readNotes: () => [],
    saveNote: ({ note }) => ({ id: 1, createdAtEpochMs: 0, ...note }),
    deleteNote: () => undefined,
    readArea: () => [],
    findSpans: () => ({ ids: new Float64Array(), total: 0 }),
    readSpan: ({ span }) => ({
      id: span,
      name: { id: nameId(0), text: "forward" },
      lane: laneId(0),
      startNs: Number(span) * STEP_NS,
      durationNs: STEP_NS,
      depth: 0,
      stage: stageId(0),
      batch: Number(span),
      iteration: 1,
      pass: "forward",
      phase: "compute",
      args: '{"microbatch":3,"shape":[1,2048,4096],"note":"made up"}',
      ...(span === 0 ? {} : { previous: spanId(Number(span) - 1) }),
      next: spanId(Number(span) + 1),
    }),
  };

  const client = Object.fromEntries(
    Object.keys(answers).map((method) => [
      method,
      async (args: unknown, options?: { signal?: AbortSignal }) => {
        calls.push({ method, args });
        await Promise.resolve();
        options?.signal?.throwIfAborted();
        return (answers[method as keyof Api] as (args: unknown) => unknown)(args);
      },
    ]),
  ) as unknown as Client;

  const host: FakeHost = {
    kind: "tab",
    client,
    calls,
    entries,
    answers,
    answerUpload: (file) => Promise.resolve(`upload of ${file.name}`),
    on(event, listener) {
      const ofEvent = listeners.get(event) ?? new Set();
      listeners.set(event, ofEvent);
      ofEvent.add(listener);
      return () => void ofEvent.delete(listener);
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never);
    },
    onConnection(watcher) {
      watchers.add(watcher);
      watcher(state);
      return () => void watchers.delete(watcher);
    },
    connection(next) {
      state = next;
      for (const watcher of watchers) watcher(state);
    },
    upload: (file, options) => host.answerUpload(file, options),
  };
  return host;
}

function createDetail({ run, stages, batches }: { run: RunId; stages: number; batches: number }): RunDetail {
  const lengthNs = (stages + batches - 1) * STEP_NS;
  const list: Stage[] = Array.from({ length: stages }, (_, i) => ({
    id: stageId(i),
    name: `block ${i}`,
    op: OPS[i % OPS.length] ?? "other",
    ordinal: i,
    rank: Math.floor(i / 2),
  }));
  const ranks = Math.ceil(stages / 2);
  const lanes: Lane[] = Array.from({ length: ranks }, (_, rank) => ({
    id: laneId(rank),
    ordinal: rank,
    kind: "worker",
    process: String(rank),
    thread: "0",
    rank,
    replica: 0,
  }));
  return {
    id: run,
    run: {
      name: "wave",
      kind: "simulated",
      sources: [],
      extent: { startNs: ns(0), endNs: ns(2 * lengthNs) },
      createdAtEpochMs: 0,
    },
    spanCount: stages * batches * 3,
    stages: list,
    edges: [
      ...list.slice(1).map((_, i) => ({ from: stageId(i), to: stageId(i + 1) })),
      ...list.slice(3).map((_, i) => ({ from: stageId(i), to: stageId(i + 3) })),
    ],
    lanes,
    windows: [0, 1].map((iteration) => ({
      iteration,
      replica: 0,
      startNs: (1 - iteration) * lengthNs,
      endNs: (2 - iteration) * lengthNs,
      warmUp: iteration === 0,
    })),
    rows: {
      rank: lanes.map(({ id }, rank) => ({ replica: 0, rank, lanes: [id], label: `rank ${rank}` })),
      stage: list.map(({ ordinal, rank = 0 }) => ({
        replica: 0,
        rank,
        stage: ordinal,
        lanes: [laneId(rank)],
        label: `stage ${ordinal}`,
      })),
      lane: lanes.map(({ id }) => ({ lanes: [id], label: `worker ${id}` })),
    },
    levels: { baseNs: 1_000_000, count: 4 },
  };
}

function createEntry({ id, run, spanCount, stages, lanes, windows }: RunDetail): LibraryEntry {
  return {
    id,
    name: run.name,
    kind: run.kind,
    sizeBytes: 123_456,
    spans: spanCount,
    pipelineSpans: spanCount,
    stages: stages.length,
    ranks: lanes.length,
    iterations: windows.length,
    meanIntervalNs: STEP_NS,
    bubbleRatio: 0.4,
    modifiedEpochMs: 0,
  };
}

function createReport(
  { run, stages, lanes, windows, spanCount }: RunDetail,
  { iteration, replica, batches }: { iteration: number; replica: number; batches: number },
): RunReport {
  const window = windows.find((one) => one.iteration === iteration && one.replica === replica);
  if (window === undefined) throw new AppError({ code: "unknown-scope", what: "the run has no such iteration" });
  const makespanNs = window.endNs - window.startNs;
  return {
    run: {
      name: run.name,
      kind: run.kind,
      spans: spanCount,
      pipelineSpans: spanCount,
      stages: stages.length,
      ranks: lanes.length,
      replicas: 1,
      batches,
      iterations: windows.length,
      warmUpIterations: [0],
    },
    scope: { iteration, replica },
    makespanNs,
    windowStartNs: window.startNs,
    extentNs: makespanNs,
    bubble: {
      ratio: 0.4,
      byCauseNs: { fill: makespanNs * 0.2, drain: makespanNs * 0.2 },
      rows: lanes.map((_, rank) => ({ rank, ratio: 0.4, busyNs: makespanNs * 0.6, byCauseNs: { fill: 1, drain: 1 } })),
    },
    initiationInterval: {
      measuredNs: STEP_NS,
      meanNs: STEP_NS,
      boundNs: STEP_NS * 0.9,
      bottleneck: { rank: 1, stage: 3, phase: "compute" },
      rows: lanes.map((_, rank) => ({ rank, measuredNs: STEP_NS, meanNs: STEP_NS, boundNs: STEP_NS * 0.9 })),
      stages: stages.map(({ ordinal, name, op }) => ({
        stage: ordinal,
        name,
        op,
        inNs: TRANSFER_NS,
        computeNs: STEP_NS,
        outNs: TRANSFER_NS,
        ruleNs: STEP_NS,
      })),
    },
    phases: { inNs: 1, computeNs: 1, outNs: 1 },
  };
}

function createSpans({
  stages,
  batches,
  fromNs,
  toNs,
}: {
  stages: number;
  batches: number;
  fromNs: number;
  toNs: number;
}): SpanWindow {
  const spans = Array.from({ length: stages * batches }, (_, i) => ({
    id: i,
    stage: i % stages,
    batch: Math.floor(i / stages),
  })).filter(({ stage, batch }) => (stage + batch) * STEP_NS < toNs && (stage + batch + 1) * STEP_NS > fromNs);
  const columns = createSpanColumns(spans.length);
  for (const [i, { stage, batch }] of spans.entries()) {
    columns.start[i] = (stage + batch) * STEP_NS;
    columns.duration[i] = STEP_NS;
    columns.stage[i] = stage;
    columns.lane[i] = Math.floor(stage / 2);
    columns.batch[i] = batch;
    columns.iteration[i] = 1;
    columns.pass[i] = PASS_FORWARD;
    columns.phase[i] = phaseCode("compute");
  }
  return {
    ids: Float64Array.from(spans, ({ id }) => id),
    columns,
    names: [{ id: nameId(0), text: "forward" }],
    truncated: false,
  };
}
