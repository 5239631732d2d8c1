/**
 * Spans of an export on their way into a run file: they come in canonical order, so each chunk is written as soon as it is
 * full. Only nesting is worked out again, lane by lane.
 */
import type { PipewaveObject, SpanFacts } from "#common/chrome-trace.ts";
import { NONE } from "#common/ids.ts";
import { createSpanColumns, passCode, phaseCode, PASSES, PHASES, sliceSpanColumns } from "#common/model.ts";

import { CHUNK_SPANS } from "../../../../db/index.ts";
import type { RunWriter } from "../../../../db/index.ts";
import { createInvariantWatch } from "../../analysis/invariant-watch.ts";
import type { InvariantWatch } from "../../analysis/invariant-watch.ts";
import { changed } from "./pipewave-object.ts";

const DEEPEST = 255;

export interface RestoredSpan {
  readonly lane: number;
  readonly name: number;
  readonly start: number;
  readonly duration: number;
  readonly facts: SpanFacts;
  /** JSON text, empty for none. */
  readonly args: string;
}

export class SpanRestorer {
  count = 0;
  pipelineCount = 0;
  /** Start of the first span and end of the last one to end. */
  startNs = 0;
  endNs = -Infinity;
  readonly watch: InvariantWatch;
  readonly #writer: RunWriter;
  readonly #stageCount: number;
  readonly #columns = createSpanColumns(CHUNK_SPANS);
  readonly #args: string[] = [];
  /** Ends of the spans that are open, outermost first, by lane. */
  readonly #open: number[][];
  #filled = 0;
  #lastStart = -Infinity;

  constructor(writer: RunWriter, { lanes, stages }: PipewaveObject) {
    this.watch = createInvariantWatch({ lanes, stages });
    this.#writer = writer;
    this.#stageCount = stages.length;
    this.#open = lanes.map(() => []);
  }

  /** @throws AppError malformed-trace without a place */
  add({ lane, name, start, duration, facts, args }: RestoredSpan): void {
    if (start < this.#lastStart) throw changed("its spans are not in order of time");
    if (!Number.isSafeInteger(start + duration)) throw changed("a span ends beyond what can be counted in ns");
    this.#lastStart = start;
    const i = this.#filled;
    const columns = this.#columns;
    columns.lane[i] = lane;
    columns.depth[i] = this.#nest(lane, start, start + duration);
    columns.start[i] = start;
    columns.duration[i] = duration;
    columns.name[i] = name;
    columns.stage[i] = idOf(facts.stage, "stage", this.#stageCount);
    columns.batch[i] = idOf(facts.batch, "batch");
    columns.iteration[i] = idOf(facts.iteration, "iteration");
    columns.pass[i] = codeOf(facts.pass, PASSES, passCode);
    columns.phase[i] = codeOf(facts.phase, PHASES, phaseCode);
    this.#args.push(args);
    if (this.count === 0) this.startNs = start;
    if (start + duration > this.endNs) this.endNs = start + duration;
    if (columns.stage[i] !== NONE) this.pipelineCount++;
    this.count++;
    this.#filled++;
    if (this.#filled === CHUNK_SPANS) this.flush();
  }

  #nest(lane: number, from: number, to: number): number {
    const open = this.#open[lane];
    while (open.length > 0 && open[open.length - 1] <= from) open.pop();
    open.push(to);
    return Math.min(DEEPEST, open.length - 1);
  }

  /** Writes what is there. */
  flush(): void {
    const length = this.#filled;
    if (length === 0) return;
    const offsets = new Uint32Array(length + 1);
    const sizes = this.#args.map((text) => Buffer.byteLength(text));
    for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i] + sizes[i];
    const bytes = Buffer.allocUnsafe(offsets[length]);
    this.#args.forEach((text, i) => bytes.write(text, offsets[i]));
    const columns = sliceSpanColumns(this.#columns, { from: 0, to: length });
    this.watch.add(columns);
    this.#writer.appendSpans(columns, { offsets, bytes });
    this.#args.length = 0;
    this.#filled = 0;
  }
}

function idOf(value: unknown, what: string, limit = 2 ** 31): number {
  if (value === undefined) return NONE;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < limit) return value;
  throw changed(`a span has the ${what} ${JSON.stringify(value)}`);
}

function codeOf<Word extends string>(word: unknown, words: readonly Word[], code: (word: Word) => number): number {
  if (word === undefined) return 0;
  const known = words.find((candidate) => candidate === word);
  if (known === undefined) throw changed(`a span has the pass or phase ${JSON.stringify(word)}`);
  return code(known);
}
