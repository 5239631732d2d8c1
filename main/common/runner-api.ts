/**
 * Backend ⇄ native-runner: the messages of a capture.
 *
 * The runner is a child process; messages travel over the process's own channel with structured clone, so typed arrays are
 * sent as they are. The parent sends `RunnerCommand`s, the runner answers with `RunnerEvent`s: first `planned`, then `spans`
 * and `progress` while the run goes on, last one of `finished`, `failed`, `stopped-early`. After `stop`, and before `failed`,
 * spans that were recorded until then are still sent. Times are ns from the run's origin, one clock for all workers.
 */
import type { AppErrorFields } from "./errors.ts";
import type { Op, StageEdge } from "./model.ts";
import type { StageRange } from "./schedule/partition.ts";

export const NETWORK_NAMES = ["resnet28", "resnet18", "resnet50", "tiny"] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

export const BACKEND_NAMES = ["auto", "wasm", "webgpu", "tensorflow"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];
/** A backend that computes: what `auto` resolves to. `cpu` is tfjs's plain JavaScript, the reference in tests. */
export type ComputeBackend = Exclude<BackendName, "auto"> | "cpu";

export const CAPTURE_MODES = ["sequential", "pipelined"] as const;
/** `sequential`: one batch at a time through all workers; `pipelined`: as many as the channels hold. */
export type CaptureMode = (typeof CAPTURE_MODES)[number];

export interface CaptureOptions {
  readonly network: NetworkName;
  readonly backend: BackendName | "cpu";
  readonly mode: CaptureMode;
  readonly workers: number;
  /** `even`, `balanced` (from a measured profile) or ranges such as `0-2,3-7,8-27`. */
  readonly partition: string;
  /** Batches that are recorded. */
  readonly batches: number;
  /** Batches before them that are not. */
  readonly warmUpBatches: number;
  /** Images a batch. */
  readonly batchSize: number;
  /** Height and width of an image in pixels. */
  readonly inputSize: number;
  readonly seed: number;
  /** Batches that a channel between two workers holds. */
  readonly bufferDepth: number;
  /** What is recorded; anything but `true` is for measuring what recording costs. `by-turns`: see `RECORDING_TURN_NS`. */
  readonly record: boolean | "by-turns";
}

/**
 * Recording by turns: in every second turn of this length, counted from zero of `process.hrtime`, which all processes of a
 * machine share, spans are recorded, and in the others not.
 */
export const RECORDING_TURN_NS = 2_000_000_000;

/** @param atNs moment on that clock, or that less whole pairs of turns */
export const isRecordingTurn = (atNs: number): boolean => Math.floor(atNs / RECORDING_TURN_NS) % 2 === 0;

export const DEFAULT_CAPTURE: CaptureOptions = {
  network: "resnet28",
  backend: "auto",
  mode: "pipelined",
  workers: 4,
  partition: "balanced",
  batches: 64,
  warmUpBatches: 2,
  batchSize: 1,
  inputSize: 224,
  seed: 1,
  bufferDepth: 2,
  record: true,
};

export type RunnerCommand =
  | { readonly type: "capture"; readonly options: CaptureOptions }
  | { readonly type: "preview"; readonly options: CaptureOptions }
  | { readonly type: "list-backends" }
  | { readonly type: "stop" };

export interface BackendStatus {
  readonly name: Exclude<BackendName, "auto">;
  readonly usable: boolean;
  /** The device when usable, else why not: one sentence. */
  readonly detail: string;
  /** What `auto` would take. */
  readonly chosenByAuto: boolean;
}

/** A block of the network as a stage of the run. */
export interface PlannedStage {
  readonly name: string;
  readonly op: Op;
  readonly flops: number;
  readonly worker: number;
}

export interface CapturePlan {
  readonly network: string;
  readonly backend: ComputeBackend;
  readonly device: string;
  /** True when all workers share the one device, which then is a serial resource of the run. */
  readonly sharedDevice: boolean;
  readonly stages: readonly PlannedStage[];
  readonly edges: readonly StageEdge[];
  readonly partition: readonly StageRange[];
  /** Time of every stage for one batch in the profile that the partition was balanced by; absent for other partitions. */
  readonly profileNs?: readonly number[];
  readonly originEpochNs: bigint;
}

/** What a capture would do, before it runs. Other partitions follow from `profileNs` (common/schedule/partition.ts). */
export interface CapturePreview {
  readonly network: string;
  readonly backend: ComputeBackend;
  readonly stages: readonly PlannedStage[];
  readonly edges: readonly StageEdge[];
  readonly partition: readonly StageRange[];
  /** Measured time of every stage for one batch. */
  readonly profileNs: readonly number[];
  /** The slowest worker's time for a batch: the interval that the partition allows, transfers left out. */
  readonly predictedIntervalNs: number;
}

/** Spans of one worker as columns; `kind` is an index in `RECORD_KINDS`. */
export interface RecordedSpans {
  readonly worker: number;
  readonly length: number;
  readonly kind: Uint8Array;
  readonly stage: Int32Array;
  readonly batch: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly bytes: Float64Array;
}

/** What a recorded span is: the three phases, and the two kinds of waiting. */
export const RECORD_KINDS = ["in", "compute", "out", "starved", "blocked"] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** What `capture --json` prints beside the file (DESIGN §7). */
export interface CaptureSummary {
  readonly network: string;
  readonly backend: ComputeBackend;
  readonly device: string;
  readonly mode: CaptureMode;
  readonly workers: number;
  readonly partition: readonly (readonly [number, number])[];
  /** Batches that went all the way; fewer than asked for after a stop. */
  readonly batches: number;
  readonly imagesPerSecond: number;
  /** SHA-256 over the outputs of all recorded batches in order, hex. */
  readonly outputHash: string;
  /** Time spent on recording as a share of the workers' time. */
  readonly recordingShare: number;
  readonly stopped: boolean;
}

export type RunnerEvent =
  | { readonly type: "backends"; readonly backends: readonly BackendStatus[] }
  | { readonly type: "preview"; readonly preview: CapturePreview }
  | { readonly type: "planned"; readonly plan: CapturePlan }
  | { readonly type: "progress"; readonly step: string; readonly batchesDone: number; readonly batches: number }
  | { readonly type: "spans"; readonly spans: RecordedSpans }
  | { readonly type: "finished"; readonly summary: CaptureSummary }
  /** Stopped before the first recorded batch: there is nothing to keep. */
  | { readonly type: "stopped-early" }
  | { readonly type: "failed"; readonly failure: AppErrorFields };
