/**
 * Gives each span its stage, batch, iteration, pass and phase, in one pass over the canonical order. What the trace says is
 * taken as it is; what it leaves out is counted (REFERENCE §6). Keeps counters, never spans.
 */
import { NONE } from "#common/ids.ts";
import { phaseCode } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { BatchLookup } from "./batch-lookup.ts";
import { UNSAID } from "./contract.ts";
import type { Numberer, ResolveInput, RuleTraits } from "./contract.ts";
import { IterationCounter } from "./iteration-counter.ts";
import type { StageTable } from "./stage-table.ts";

const PHASE_SYNC = phaseCode("sync");
const PASS_NONE = 0;
const PHASE_NONE = 0;
/** Passes and phases, the late ones included, are below this. */
const KINDS = 8;

/** Everything that is known before the first span is numbered. */
export interface NumberingFacts {
  readonly traits: readonly RuleTraits[];
  /** By rule: its spans are left alone. */
  readonly yielded: readonly boolean[];
  /** Some span tells the end of an iteration. */
  readonly endsIterations: boolean;
  /** Pass of `SpanColumns` by pass of `Recognised`. */
  readonly passOf: Uint8Array;
  readonly table: StageTable;
  /** By lane. */
  readonly rankOf: Int32Array;
  /** By lane: dense index of (replica, rank). */
  readonly groupOf: Int32Array;
  /** By lane. */
  readonly processOf: Int32Array;
  /** Present where transfers have to be matched with computations. */
  readonly lookup: BatchLookup | undefined;
}

/** The mark that a process is in at the moment. */
interface OpenMark {
  readonly iteration: number;
  readonly end: number;
}

export function createNumberer(input: ResolveInput, facts: NumberingFacts): Numberer {
  const { traits, yielded, endsIterations, passOf, table, rankOf, groupOf, processOf, lookup } = facts;
  const { idOfNumber, rankCount, stages } = table;
  const laneOfRow = input.lane;
  const { recognised } = input;
  const { saying: sayings, batch: batches } = recognised;
  const { rule: rules, stage: saidStages, chunk: chunks, pass: passes, phase: phases } = recognised.sayings;
  const groupCount = groupOf.reduce((most, group) => Math.max(most, group + 1), 1);
  const marks: (OpenMark | undefined)[] = [];
  /** Iterations ended so far, by group. */
  const ended = new Map<number, number>();
  const counter = new IterationCounter(Math.max(1, stages.length));
  const order = new Map<number, Map<number, number>>();
  const spansByRule = new Uint32Array(traits.length);
  let pipelineSpans = 0;

  /** Iteration from what lies around the span; UNSAID where nothing does. */
  function iterationAround(lane: number, start: number): number {
    const mark = marks[processOf[lane]];
    if (mark !== undefined && start < mark.end) return mark.iteration;
    return endsIterations ? (ended.get(groupOf[lane]) ?? 0) : UNSAID;
  }

  /** Position of the next span among its like: counts from 0 for each iteration and key. */
  function nextInOrder(iteration: number, key: number): number {
    const counts = order.get(iteration) ?? new Map<number, number>();
    if (counts.size === 0) order.set(iteration, counts);
    const position = counts.get(key) ?? 0;
    counts.set(key, position + 1);
    return position;
  }

  /** Key of spans that are counted together: (group, pass, phase), with the stage where it is said, or with the name. */
  function orderKey(group: number, pass: number, phase: number, detail: number): number {
    return ((detail + 1) * groupCount + group) * (KINDS * KINDS) + pass * KINDS + phase;
  }

  function number(rows: Uint32Array, out: SpanColumns): void {
    for (let i = 0; i < out.length; i++) {
      const row = rows[i];
      const said = sayings[row];
      const rule = rules[said];
      if (rule < 0 || yielded[rule]) {
        writeNothing(out, i);
        continue;
      }
      const lane = laneOfRow[row];
      let iteration = recognised.iteration(row);
      if (traits[rule].mark) {
        if (iteration !== UNSAID) marks[processOf[lane]] = { iteration, end: out.start[i] + out.duration[i] };
        writeNothing(out, i);
        continue;
      }
      if (iteration === UNSAID) iteration = iterationAround(lane, out.start[i]);
      if (phases[said] !== PHASE_SYNC) {
        numberWork(row, i, lane, iteration, out);
        continue;
      }
      writeNothing(out, i);
      out.iteration[i] = iteration;
      out.phase[i] = PHASE_SYNC;
      spansByRule[rule]++;
      if (traits[rule].endsIteration) ended.set(groupOf[lane], (ended.get(groupOf[lane]) ?? 0) + 1);
    }
  }

  function numberWork(row: number, i: number, lane: number, around: number, out: SpanColumns): void {
    const saying = sayings[row];
    const phase = phases[saying];
    const latePass = passes[saying];
    const pass = passOf[latePass];
    const group = groupOf[lane];
    let stage = stageOfSaying(saying, lane);
    let batch = batches[row];
    let iteration = around;
    if (batch === UNSAID) {
      const said = { group, iteration: recognised.iteration(row), pass };
      const list = lookup?.list(said, phase);
      const isPlaced = saidStages[saying] !== UNSAID || chunks[saying] !== UNSAID;
      batch = recognised.seq(row);
      if (batch === UNSAID && traits[rules[saying]].countByName) {
        batch = nextInOrder(iteration, -orderKey(group, pass, phase, out.name[i]));
      } else if (batch === UNSAID) {
        const detail = list === undefined && isPlaced ? stage : NONE;
        batch = nextInOrder(list === undefined ? iteration : said.iteration, orderKey(group, pass, phase, detail));
      }
      if (list !== undefined && batch < list.batches.length) {
        if (!isPlaced) stage = list.stages[batch];
        batch = list.batches[batch];
      }
      if (iteration === UNSAID && list === undefined) iteration = 0;
    }
    if (stage === NONE) {
      writeNothing(out, i);
      return;
    }
    if (iteration === UNSAID) iteration = counter.next(group, stage, latePass, phase, batch);
    out.stage[i] = stage;
    out.batch[i] = batch;
    out.iteration[i] = iteration;
    out.pass[i] = pass;
    out.phase[i] = phase;
    spansByRule[rules[saying]]++;
    pipelineSpans++;
  }

  /** Stage id of what is said, with the rank of its lane. */
  function stageOfSaying(saying: number, lane: number): number {
    let said = saidStages[saying];
    if (said === UNSAID) {
      const rank = rankOf[lane];
      const chunk = chunks[saying];
      said = rank === UNSAID ? UNSAID : chunk === UNSAID ? rank : chunk * rankCount + rank;
    }
    return said >= 0 && said < idOfNumber.length ? idOfNumber[said] : NONE;
  }

  return {
    number,
    spansByRule,
    get pipelineSpans() {
      return pipelineSpans;
    },
  };
}

function writeNothing(out: SpanColumns, i: number): void {
  out.stage[i] = NONE;
  out.batch[i] = NONE;
  out.iteration[i] = NONE;
  out.pass[i] = PASS_NONE;
  out.phase[i] = PHASE_NONE;
}
