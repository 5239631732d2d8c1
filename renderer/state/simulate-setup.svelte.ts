/**
 * What a person chooses of a simulation, as it is typed: schedule, sizes, where costs come from. Says what is wrong in words and
 * gives the request once nothing is. Which schedules make sense together with which sizes is for the simulator to say.
 */
import type { RunId } from "#common/ids.ts";
import { parseDuration, parseDurations } from "#common/parse-duration.ts";
import { DEFAULT_CAPTURE, type NetworkName } from "#common/runner-api.ts";
import { DEFAULT_BUFFER_DEPTH, type ScheduleName } from "#common/schedule/catalogue.ts";
import type { ClosedForm } from "#common/schedule/closed-forms.ts";
import { listClosedForms } from "#common/schedule/closed-forms.ts";
import type { Device, PerStage, ScheduleTable, SimulationCosts, SimulationOptions } from "#common/simulation.ts";
import { DEFAULT_DEVICE } from "#common/simulation.ts";

/** What every number takes. */
export const SIMULATE_NUMBERS = {
  ranks: { least: 1, most: 1_024 },
  batches: { least: 1, most: 100_000 },
  chunks: { least: 1, most: 64 },
  bufferDepth: { least: 1, most: 1_024 },
  batchSize: { least: 1, most: 4_096 },
  inputSize: { least: 32, most: 1_024 },
  seed: { least: 0, most: 1_000_000 },
} as const satisfies Record<string, { least: number; most: number }>;
export type SimulateNumber = keyof typeof SIMULATE_NUMBERS;

/** Times of a stage, typed; a time that may be left out is empty then. */
export type SimulateTime = "forward" | "backward" | "weight" | "overlap" | "in" | "out" | "transfer" | "latency";
/** Rates of a device, typed, in the units that SIMULATE_RATES says. */
export type SimulateRate = "flops" | "memory" | "link" | "host";
export type SimulateField = SimulateNumber | SimulateTime | SimulateRate | "run" | "table";

const RATES: Readonly<Record<SimulateRate, { readonly key: keyof typeof DEFAULT_DEVICE; readonly scale: number }>> = {
  flops: { key: "flopsPerSecond", scale: 1e12 },
  memory: { key: "memoryBytesPerSecond", scale: 1e9 },
  link: { key: "linkBytesPerSecond", scale: 1e9 },
  host: { key: "hostBytesPerSecond", scale: 1e9 },
};
const RATE_NAMES = Object.keys(RATES) as SimulateRate[];

/** Those that hold one value a stage; the others one for all. */
const LISTS: readonly SimulateTime[] = ["forward", "backward", "weight", "in", "out"];

export type CostKind = SimulationCosts["kind"];

export class SimulateSetup {
  schedule = $state<ScheduleName | "table">("1f1b");
  table = $state.raw<ScheduleTable | undefined>(undefined);
  numbers = $state.raw<Readonly<Record<SimulateNumber, number>>>({
    ranks: 8,
    batches: 32,
    chunks: 2,
    bufferDepth: DEFAULT_BUFFER_DEPTH,
    batchSize: 1,
    inputSize: DEFAULT_CAPTURE.inputSize,
    seed: 1,
  });
  times = $state.raw<Readonly<Record<SimulateTime, string>>>({
    forward: "1 ms",
    backward: "1 ms",
    weight: "1 ms",
    overlap: "",
    in: "0 ms",
    out: "0 ms",
    transfer: "0 ms",
    latency: "0 ms",
  });
  rates = $state.raw<Readonly<Record<SimulateRate, string>>>({
    flops: String(DEFAULT_DEVICE.flopsPerSecond / RATES.flops.scale),
    memory: String(DEFAULT_DEVICE.memoryBytesPerSecond / RATES.memory.scale),
    link: String(DEFAULT_DEVICE.linkBytesPerSecond / RATES.link.scale),
    host: String(DEFAULT_DEVICE.hostBytesPerSecond / RATES.host.scale),
  });
  costKind = $state<CostKind>("constant");
  network = $state<NetworkName>(DEFAULT_CAPTURE.network);
  /** A rank a block, which is the figure; else as many ranks as chosen. */
  rankPerBlock = $state(true);
  /** The run that costs are drawn from. */
  costRun = $state<RunId | undefined>(undefined);
  phasesOverlap = $state(true);

  readonly problems: Readonly<Partial<Record<SimulateField, string>>> = $derived.by(() => this.#findProblems());

  /** The request; undefined while something that counts is wrong. */
  readonly options: SimulationOptions | undefined = $derived.by(() =>
    this.fields.some((field) => this.problems[field] !== undefined) ? undefined : this.#describe(),
  );

  /** What REFERENCE §3 says of these options; empty where none of its forms holds. */
  readonly closedForms: readonly ClosedForm[] = $derived.by(() => this.#listClosedForms());

  /** Fields that count for what is chosen. */
  readonly fields: readonly SimulateField[] = $derived.by(() => {
    const { schedule, costKind } = this;
    const isFlow = this.isDataflow;
    const shape: SimulateField[] =
      schedule === "table"
        ? ["table"]
        : [
            ...(this.takesRanks ? (["ranks"] as const) : []),
            "batches",
            ...(schedule === "interleaved" ? (["chunks"] as const) : []),
            ...(isFlow ? (["bufferDepth"] as const) : []),
          ];
    if (costKind === "measured") return [...shape, "run", "seed"];
    const transfer: SimulateField[] = isFlow ? [] : ["transfer", "latency"];
    if (costKind === "network") return [...shape, "inputSize", "batchSize", ...RATE_NAMES, "latency"];
    return [
      ...shape,
      "forward",
      ...(isFlow ? (["in", "out"] as const) : (["backward", "weight"] as const)),
      ...(schedule === "dualpipe" ? (["overlap"] as const) : []),
      ...transfer,
    ];
  });

  get isDataflow(): boolean {
    return this.schedule === "dataflow" || (this.schedule === "sequential" && this.costKind === "network");
  }

  /** A network's dataflow may have a rank a block. */
  get takesRanks(): boolean {
    if (this.schedule === "table") return false;
    return !(this.isDataflow && this.costKind === "network" && this.rankPerBlock);
  }

  set(name: SimulateNumber, value: number): void {
    this.numbers = { ...this.numbers, [name]: value };
  }

  setTime(name: SimulateTime, text: string): void {
    this.times = { ...this.times, [name]: text };
  }

  setRate(name: SimulateRate, text: string): void {
    this.rates = { ...this.rates, [name]: text };
  }

  /** Stages, and ranks to run them on, of a run that costs are taken from: several stages a rank are interleaved. */
  takeShape({ stages, ranks }: { readonly stages: number; readonly ranks: number }): void {
    if (this.schedule === "table" || stages < 1 || ranks < 1) return;
    const chunks = stages / ranks;
    if (Number.isInteger(chunks) && chunks > 1) {
      this.schedule = "interleaved";
      this.numbers = { ...this.numbers, ranks, chunks };
    } else {
      if (this.schedule === "interleaved") this.schedule = "1f1b";
      this.set("ranks", stages);
    }
  }

  /** A table from a file: what is simulated from now on. */
  takeTable(table: ScheduleTable): void {
    this.table = table;
    this.schedule = "table";
  }

  #findProblems(): Partial<Record<SimulateField, string>> {
    const found: Partial<Record<SimulateField, string>> = {};
    for (const name of Object.keys(SIMULATE_NUMBERS) as SimulateNumber[]) {
      const { least, most } = SIMULATE_NUMBERS[name];
      const value = this.numbers[name];
      if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
      found[name] = `A whole number from ${least} to ${most.toLocaleString("en-US")}`;
    }
    for (const name of Object.keys(this.times) as SimulateTime[]) {
      const text = this.times[name];
      if (name === "overlap" && text.trim() === "") continue;
      if (LISTS.includes(name) && parseDurations(text) === undefined) {
        found[name] = "A time such as 1 ms or 250 us, or one a stage: 1 ms, 2 ms";
      }
      if (!LISTS.includes(name) && parseDuration(text) === undefined) found[name] = "A time such as 1 ms or 250 us";
    }
    for (const name of RATE_NAMES) {
      if (parseRate(this.rates[name]) === undefined) found[name] = "A number above 0";
    }
    if (this.costRun === undefined) found.run = "Choose a run to take costs from";
    if (this.table === undefined) found.table = "Import a table, or drop one here";
    return found;
  }

  #describe(): SimulationOptions {
    const { schedule, table, numbers, phasesOverlap } = this;
    const transfer = { occupancyNs: this.#time("transfer"), latencyNs: this.#time("latency") };
    const isTimed = transfer.occupancyNs > 0 || transfer.latencyNs > 0;
    return {
      ...(schedule !== "table"
        ? { schedule, batches: numbers.batches, ...(this.takesRanks ? { ranks: numbers.ranks } : {}) }
        : { schedule: table ?? { name: "", csv: "" } }),
      ...(schedule === "interleaved" ? { chunks: numbers.chunks } : {}),
      ...(this.isDataflow ? { bufferDepth: numbers.bufferDepth, phasesOverlap } : {}),
      costs: this.#describeCosts(),
      ...(this.costKind === "constant" && !this.isDataflow && isTimed ? { transfer } : {}),
    };
  }

  #describeCosts(): SimulationCosts {
    const { numbers } = this;
    if (this.costKind === "measured" && this.costRun !== undefined) {
      return { kind: "measured", run: this.costRun, seed: numbers.seed };
    }
    if (this.costKind === "network") {
      const rates = RATE_NAMES.map((name) => ({
        [RATES[name].key]: (parseRate(this.rates[name]) ?? 0) * RATES[name].scale,
      }));
      return {
        kind: "network",
        network: this.network,
        inputSize: numbers.inputSize,
        batchSize: numbers.batchSize,
        device: rates.reduce<Partial<Device>>((device, rate) => ({ ...device, ...rate }), {
          linkLatencyNs: this.#time("latency"),
        }),
      };
    }
    const costs = { kind: "constant", forwardNs: this.#times("forward") } as const;
    if (this.isDataflow) return { ...costs, inNs: this.#times("in"), outNs: this.#times("out") };
    return {
      ...costs,
      backwardNs: this.#times("backward"),
      weightNs: this.#times("weight"),
      ...(this.schedule === "dualpipe" && this.times.overlap.trim() !== "" ? { overlapNs: this.#time("overlap") } : {}),
    };
  }

  #listClosedForms(): readonly ClosedForm[] {
    const { schedule, options } = this;
    if (schedule === "table" || options?.costs.kind !== "constant" || options.transfer !== undefined) return [];
    if (options.phasesOverlap === false) return [];
    const { ranks, batches, chunks } = this.numbers;
    const { kind: _, backwardNs = 0, weightNs = 0, ...costs } = options.costs;
    return listClosedForms({ schedule, ranks, batches, chunks, backwardNs, weightNs, ...costs });
  }

  #time(name: SimulateTime): number {
    return parseDuration(this.times[name]) ?? 0;
  }

  #times(name: SimulateTime): PerStage {
    return parseDurations(this.times[name]) ?? 0;
  }
}

function parseRate(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && value > 0 && Number.isFinite(value) ? value : undefined;
}
