/**
 * What a person chooses of a capture, with what follows from it: the network's blocks, the partition, and what is wrong with
 * a choice. Knows the backends and the measured profile when somebody has asked for them; starts nothing.
 */
import { AppError } from "#common/errors.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import type { Network } from "#common/network/layer.ts";
import type { BackendStatus, CaptureMode, CaptureOptions, CapturePreview, BACKEND_NAMES } from "#common/runner-api.ts";
import { DEFAULT_CAPTURE } from "#common/runner-api.ts";
import type { CaptureForecast, PartitionProblem } from "./plan-capture.ts";
import { exampleRanges, forecastCapture } from "./plan-capture.ts";

export type PartitionKind = "balanced" | "even" | "custom";
export type SetupBackend = (typeof BACKEND_NAMES)[number];

/** Numbers of the form, with what they may be. Upper limits are generous: the runner refuses what does not fit in memory. */
export const SETUP_NUMBERS = {
  workers: { least: 1, most: 64 },
  batches: { least: 1, most: 100_000 },
  warmUpBatches: { least: 0, most: 1_000 },
  batchSize: { least: 1, most: 1_024 },
  inputSize: { least: 32, most: 4_096 },
  bufferDepth: { least: 1, most: 64 },
} as const satisfies Partial<Record<keyof CaptureOptions, { least: number; most: number }>>;
export type SetupNumber = keyof typeof SETUP_NUMBERS;

/** Choices that the time of a block depends on. */
type Measured = Pick<CaptureOptions, "network" | "backend" | "inputSize" | "batchSize">;

export class CaptureSetup {
  network = $state<CaptureOptions["network"]>(DEFAULT_CAPTURE.network);
  backend = $state<SetupBackend>("auto");
  mode = $state<CaptureMode>(DEFAULT_CAPTURE.mode);
  partition = $state<PartitionKind>("balanced");
  ranges = $state("");
  numbers = $state.raw<Readonly<Record<SetupNumber, number>>>({
    workers: DEFAULT_CAPTURE.workers,
    batches: DEFAULT_CAPTURE.batches,
    warmUpBatches: DEFAULT_CAPTURE.warmUpBatches,
    batchSize: DEFAULT_CAPTURE.batchSize,
    inputSize: DEFAULT_CAPTURE.inputSize,
    bufferDepth: DEFAULT_CAPTURE.bufferDepth,
  });
  /** Absent until the backend has answered. */
  backends = $state.raw<readonly BackendStatus[] | undefined>(undefined);
  #profile = $state.raw<{ readonly of: Measured; readonly preview: CapturePreview } | undefined>(undefined);

  /** Problems of numbers, by name. */
  readonly problems: Readonly<Partial<Record<SetupNumber, string>>> = $derived.by(() => {
    const found: Partial<Record<SetupNumber, string>> = {};
    for (const [name, { least, most }] of Object.entries(SETUP_NUMBERS)) {
      const value = this.numbers[name as SetupNumber];
      if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
      found[name as SetupNumber] = `A whole number from ${least} to ${most.toLocaleString("en-US")}`;
    }
    return found;
  });

  /** The network's blocks; the last good ones while the input size is being typed. */
  readonly description: Network = $derived.by(() => {
    const { inputSize } = this.numbers;
    return describe(this.network, this.problems.inputSize === undefined ? inputSize : DEFAULT_CAPTURE.inputSize);
  });

  /** The profile, while nothing that it depends on has changed. */
  readonly profileNs: readonly number[] | undefined = $derived.by(() => {
    const { of, preview } = this.#profile ?? {};
    if (of === undefined || preview === undefined || !sameMeasure(of, this.#measured)) return undefined;
    return preview.profileNs;
  });

  readonly forecast: CaptureForecast | PartitionProblem = $derived(
    forecastCapture({
      network: this.description,
      partition: this.#partitionText,
      workers: this.problems.workers === undefined ? this.numbers.workers : 1,
      mode: this.mode,
      batchSize: this.problems.batchSize === undefined ? this.numbers.batchSize : 1,
      sharedDevice: this.computesOn === "webgpu" || this.computesOn === "tensorflow",
      profileNs: this.profileNs,
    }),
  );

  /** The backend that `auto` stands for, where known. */
  get computesOn(): Exclude<SetupBackend, "auto"> | undefined {
    if (this.backend !== "auto") return this.backend;
    return this.backends?.find(({ chosenByAuto }) => chosenByAuto)?.name;
  }

  /** What a capture is started with; undefined while something is wrong. */
  get options(): (Partial<Omit<CaptureOptions, "record">> & { readonly backend: SetupBackend }) | undefined {
    if (Object.keys(this.problems).length > 0 || "problem" in this.forecast || this.isBackendRefused) return undefined;
    return {
      ...this.numbers,
      network: this.network,
      backend: this.backend,
      mode: this.mode,
      workers: this.forecast.workers.length,
      partition: this.#partitionText,
    };
  }

  get isBackendRefused(): boolean {
    return this.backends?.some(({ name, usable }) => name === this.backend && !usable) === true;
  }

  set(name: SetupNumber, value: number): void {
    this.numbers = { ...this.numbers, [name]: value };
  }

  /** Custom ranges start from what is on screen. */
  choosePartition(kind: PartitionKind): void {
    if (kind === "custom" && this.ranges === "") {
      this.ranges = exampleRanges(this.description.blocks.length, this.numbers.workers);
    }
    this.partition = kind;
  }

  /** Ranges of one network are none of another. */
  chooseNetwork(network: CaptureOptions["network"]): void {
    this.network = network;
    this.ranges = exampleRanges(this.description.blocks.length, this.numbers.workers);
    if (this.numbers.workers > this.description.blocks.length) this.set("workers", this.description.blocks.length);
  }

  /** A measured profile counts for the choices that it was measured with. */
  learn(preview: CapturePreview, of: Measured): void {
    this.#profile = { of, preview };
  }

  get #partitionText(): string {
    return this.partition === "custom" ? this.ranges : this.partition;
  }

  get #measured(): Measured {
    const { network, backend } = this;
    return { network, backend, inputSize: this.numbers.inputSize, batchSize: this.numbers.batchSize };
  }
}

const sameMeasure = (a: Measured, b: Measured): boolean =>
  a.network === b.network && a.backend === b.backend && a.inputSize === b.inputSize && a.batchSize === b.batchSize;

function describe(name: CaptureOptions["network"], size: number): Network {
  try {
    return findNetwork({ name, size });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return findNetwork({ name });
  }
}
