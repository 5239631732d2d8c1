/**
 * Generates a run file of any size directly, always the same spans for the same options. Two shapes: `stages`, the 28 blocks
 * of the figure on a rank each with the lanes in, compute and out; `lanes`, 16 replicas of a pipeline of 64 ranks, 1,024
 * lanes. Iterations follow one another; memory holds one of them, whatever the number of spans.
 */
import { laneId, nameId, stageId } from "#common/ids.ts";
import { createSpanColumns, OPS, PASS_FORWARD, phaseCode, sliceSpanColumns } from "#common/model.ts";
import type { Op, SpanColumns } from "#common/model.ts";
import { ns } from "#common/units.ts";

import { createEmptyArgs, createRun } from "../../db/index.ts";
import { BLOCKS, durationOf, PHASES } from "./generate-trace.ts";

interface Shape {
  readonly replicas: number;
  readonly ranks: number;
  /** Of the spans of one batch on one rank, in order; each has a lane of its own. */
  readonly phases: readonly (typeof PHASES)[number][];
  /** Of one iteration. */
  readonly batches: number;
}

const SHAPES = {
  stages: { replicas: 1, ranks: BLOCKS.length, phases: PHASES, batches: 512 },
  lanes: { replicas: 16, ranks: 64, phases: ["compute"], batches: 96 },
} as const satisfies Readonly<Record<string, Shape>>;
export type RunShape = keyof typeof SHAPES;

export interface GenerateRunOptions {
  readonly file: string;
  readonly shape: RunShape;
  /** The last iteration is cut short. */
  readonly spans: number;
}

/** @throws AppError disk-full, write-failed, file-exists */
export function generateRun({ file, shape: name, spans }: GenerateRunOptions): void {
  const shape = SHAPES[name];
  const iteration = new Iteration(shape);
  const writer = createRun(file);
  try {
    writer.addLanes(listLanes(shape));
    writer.addStages(
      Array.from({ length: shape.ranks }, (_, ordinal) => ({
        id: stageId(ordinal),
        name: `${ordinal} ${blockOf(ordinal)}`,
        op: opOf(ordinal),
        ordinal,
        rank: ordinal,
      })),
    );
    writer.addEdges(
      Array.from({ length: shape.ranks - 1 }, (_, from) => ({ from: stageId(from), to: stageId(from + 1) })),
    );
    writer.addNames(Array.from({ length: shape.ranks }, (_, id) => ({ id: nameId(id), text: `${id} ${blockOf(id)}` })));
    const endNs = measureEnd(iteration, spans);
    writer.setRun({
      name: `${spans / 1e6} M spans, ${name}`,
      kind: "simulated",
      sources: [],
      extent: { startNs: ns(0), endNs: ns(endNs) },
      createdAtEpochMs: 0,
    });
    // The pyramid is built while the spans pass by only if their number and extent are known before.
    writer.expectSpans({ startNs: 0, endNs, spanCount: spans });
    const args = createEmptyArgs(iteration.length);
    eachIteration(iteration, spans, (count) => writer.appendSpans(cut(iteration.columns, count), args));
    writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
}

const blockOf = (stage: number): string => BLOCKS[stage % BLOCKS.length];
const opOf = (stage: number): Op => OPS.find((op) => op === blockOf(stage)) ?? "other";
const cut = (columns: SpanColumns, to: number): SpanColumns =>
  to === columns.length ? columns : sliceSpanColumns(columns, { from: 0, to });

function listLanes({ replicas, ranks, phases }: Shape) {
  return Array.from({ length: replicas * ranks * phases.length }, (_, ordinal) => {
    const worker = Math.floor(ordinal / phases.length);
    const [rank, replica] = [worker % ranks, Math.floor(worker / ranks)];
    return {
      id: laneId(ordinal),
      ordinal,
      kind: "stream" as const,
      process: `${replica}.${rank}`,
      thread: phases[ordinal % phases.length],
      replica,
      rank,
    };
  });
}

/** The last end is that of all spans that are written, not of the ones that the last iteration would have had. */
function measureEnd(iteration: Iteration, spans: number): number {
  let endNs = 0;
  eachIteration(iteration, spans, (count) => {
    const { start, duration } = iteration.columns;
    for (let i = 0; i < count; i++) endNs = Math.max(endNs, start[i] + duration[i]);
  });
  return endNs;
}

function eachIteration(iteration: Iteration, spans: number, take: (count: number) => void): void {
  let startNs = 0;
  for (let number = 0, left = spans; left > 0; number++, left -= iteration.length) {
    startNs = iteration.fill(number, startNs);
    take(Math.min(left, iteration.length));
  }
}

/** Spans of an iteration: times are below 2^35 ns of it, and there are fewer than 2^18 of them: both fit into a double. */
const PLACES = 2 ** 18;

class Iteration {
  readonly length: number;
  readonly columns: SpanColumns;
  readonly #shape: Shape;
  readonly #duration: Float64Array;
  /** Start within the iteration · PLACES + place, by which they are put into canonical order. */
  readonly #keys: Float64Array;
  readonly #free: Float64Array;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#free = new Float64Array(shape.replicas * shape.ranks * shape.phases.length);
    this.length = this.#free.length * shape.batches;
    this.columns = createSpanColumns(this.length);
    this.columns.pass.fill(PASS_FORWARD);
    this.#duration = new Float64Array(this.length);
    this.#keys = new Float64Array(this.length);
  }

  /** Puts the spans of an iteration into `columns`; gives when the next one starts. */
  fill(number: number, startNs: number): number {
    const { batches, phases, ranks } = this.#shape;
    this.#free.fill(0);
    // By lane first, so that places in order are lanes in order: of equal starts the lower lane comes first.
    for (let batch = 0; batch < batches; batch++) this.#runBatch(batch, number);
    const lastNs = this.#free.reduce((last, end) => Math.max(last, end), 0);
    this.#keys.sort();
    const codes = phases.map((phase) => phaseCode(phase));
    const { start, duration, lane, name, stage, batch, iteration, phase } = this.columns;
    iteration.fill(number);
    for (let i = 0; i < this.length; i++) {
      const key = this.#keys[i];
      const fromNs = Math.floor(key / PLACES);
      const place = key - fromNs * PLACES;
      lane[i] = Math.floor(place / batches);
      start[i] = startNs + fromNs;
      duration[i] = this.#duration[place];
      stage[i] = name[i] = Math.floor(lane[i] / phases.length) % ranks;
      batch[i] = place % batches;
      phase[i] = codes[lane[i] % phases.length];
    }
    return startNs + lastNs;
  }

  #runBatch(batch: number, number: number): void {
    const { replicas, ranks, phases, batches } = this.#shape;
    const free = this.#free;
    let lane = 0;
    for (let replica = 0; replica < replicas; replica++) {
      let ready = 0;
      for (let rank = 0; rank < ranks; rank++) {
        for (let phase = 0; phase < phases.length; phase++, lane++) {
          const start = Math.max(ready, free[lane]);
          const length = durationOf(
            rank % BLOCKS.length,
            PHASES.indexOf(phases[phase]),
            number * 1024 + batch + replica * 31,
          );
          ready = free[lane] = start + length;
          const place = lane * batches + batch;
          this.#duration[place] = length;
          this.#keys[place] = start * PLACES + place;
        }
      }
    }
  }
}
