/**
 * What the recognised spans of each lane say together: which ranks, stages, chunks and passes occur on it. One pass over the
 * columns, memory for each saying on each lane and none for each span. It draws no conclusions: lane-ranks.ts and stage-table.ts do.
 */
import { PASS_BACKWARD, PHASE_COMPUTE, passCode, phaseCode } from "#common/model.ts";

import { growColumn } from "../growing.ts";
import { PairTable } from "../pair-table.ts";
import { PASS_UNDECIDED, UNSAID } from "./contract.ts";
import type { ResolveInput } from "./contract.ts";

/** Stages that a run may have: tiles keep a stage in 16 bits, and the greatest value means none. */
export const MOST_STAGES = 0xffff;

const PHASE_SYNC = phaseCode("sync");
const PASS_INPUT_GRAD = passCode("input-grad");
const PASS_WEIGHT_GRAD = passCode("weight-grad");

/** Numbers below this lie in an array, which is made when it is needed: traces may have very many lanes. */
const SMALL = 256;

/** A set of numbers, each with the operation that was said first for it. */
export class NumbersWithOp {
  /** By number: 0 absent, 1 present without an operation, else operation + 2. */
  #small: Uint8Array | undefined;
  readonly #large = new Map<number, number>();

  add(number: number, op: number): void {
    if (number < SMALL) {
      this.#small ??= new Uint8Array(SMALL);
      if (this.#small[number] < 2) this.#small[number] = op + 2;
    } else if ((this.#large.get(number) ?? UNSAID) === UNSAID) this.#large.set(number, op);
  }

  /** Ascending, with the operation or UNSAID. */
  *entries(): Generator<readonly [number: number, op: number]> {
    if (this.#small !== undefined) {
      for (let number = 0; number < SMALL; number++) {
        if (this.#small[number] > 0) yield [number, this.#small[number] - 2];
      }
    }
    yield* [...this.#large].toSorted(([a], [b]) => a - b);
  }

  /** Smallest number, or Infinity. */
  get least(): number {
    for (const [number] of this.entries()) return number;
    return Infinity;
  }
}

export interface LaneFacts {
  /** Pipeline spans and `sync` spans. */
  spans: number;
  pipelineSpans: number;
  computeSpans: number;
  /** What arguments say; UNSAID when they say nothing. The first value counts, another one is remembered. */
  rank: number;
  otherRank: number;
  replica: number;
  /** Bit per pass of its compute spans. */
  passes: number;
  /** Stages said outright. */
  readonly stages: NumbersWithOp;
  readonly chunks: NumbersWithOp;
  /** Some span says neither stage nor chunk: it belongs to the stage with the rank's number. */
  ofRank: boolean;
  leastBatch: number;
}

export interface TraceFacts {
  /** By lane. */
  readonly lanes: readonly LaneFacts[];
  /** Rules whose spans are left alone because a better rule recognised the same work. */
  readonly yielded: readonly boolean[];
  /** Some span tells the end of an iteration. */
  readonly endsIterations: boolean;
  /** What an undecided `B` is in this trace: an input gradient (old text) or a full backward. */
  readonly undecidedIsInputGrad: boolean;
  /** Spans whose stage number is beyond what a run can hold. */
  readonly strayStages: number;
  /** Transfers without a batch exist, and computation with one: see batch-lookup.ts. */
  readonly transfersToMatch: boolean;
}

/** Gathers the facts of every lane. */
export function gatherFacts(input: ResolveInput): TraceFacts {
  const { recogniser, lanes, recognised } = input;
  const { traits } = recogniser;
  const { sayings } = recognised;
  const groups = groupSpans(input);
  const spansByRule = new Float64Array(traits.length);
  for (let group = 0; group < groups.size; group++) {
    spansByRule[sayings.rule[groups.saying[group]]] += groups.count[group];
  }
  const yielded = traits.map(({ yieldsTo }) => yieldsTo >= 0 && spansByRule[yieldsTo] > 0);
  const ignored = traits.map(({ mark }, rule) => mark || yielded[rule]);

  const facts = lanes.map(emptyFacts);
  const seen = { fullBackward: false, weightGrad: false, inputGrad: false };
  let strayStages = 0;
  let transfersWithoutBatch = false;
  let computeWithBatch = false;

  for (let group = 0; group < groups.size; group++) {
    const { rule, rank, replica, pass, phase, stage, chunk, op } = sayings.at(groups.saying[group]);
    if (ignored[rule]) continue;
    const count = groups.count[group];
    const of = facts[groups.lane[group]];
    of.spans += count;
    if (rank !== UNSAID && rank !== of.rank) {
      if (of.rank === UNSAID) of.rank = rank;
      else of.otherRank = rank;
    }
    if (of.replica === UNSAID) of.replica = replica;
    if (phase === PHASE_SYNC) continue;

    of.pipelineSpans += count;
    if (phase === PHASE_COMPUTE) {
      of.computeSpans += count;
      of.passes |= 1 << pass;
      if (groups.leastBatch[group] < Infinity) computeWithBatch = true;
      of.leastBatch = Math.min(of.leastBatch, groups.leastBatch[group]);
    } else if (groups.lacksBatch[group] > 0) transfersWithoutBatch = true;
    if (pass !== PASS_UNDECIDED && traits[rule].tellsBackwardLate) {
      if (pass === PASS_BACKWARD) seen.fullBackward = true;
      else if (pass === PASS_WEIGHT_GRAD) seen.weightGrad = true;
      else if (pass === PASS_INPUT_GRAD) seen.inputGrad = true;
    }
    if (stage >= MOST_STAGES || chunk >= MOST_STAGES) strayStages += count;
    else if (stage >= 0) of.stages.add(stage, op);
    else if (chunk >= 0) of.chunks.add(chunk, op);
    else of.ofRank = true;
  }
  return {
    lanes: facts,
    yielded,
    endsIterations: traits.some(({ endsIteration }, rule) => endsIteration && !ignored[rule] && spansByRule[rule] > 0),
    // BW is written only where B is the input gradient; W without any I is old text as well (REFERENCE §5).
    undecidedIsInputGrad: seen.fullBackward || (seen.weightGrad && !seen.inputGrad),
    strayStages,
    transfersToMatch: transfersWithoutBatch && computeWithBatch,
  };
}

/** Spans of one lane and one saying, in the order of the first of each. */
interface SpanGroups {
  readonly size: number;
  readonly lane: Int32Array;
  readonly saying: Int32Array;
  readonly count: Float64Array;
  /** Infinity where none is said. */
  readonly leastBatch: Float64Array;
  /** 1 where some span does not say its batch. */
  readonly lacksBatch: Uint8Array;
}

/** Spans by the thousand say the same on the same lane: what follows from it is worked out once for all of them. */
function groupSpans({ lanes, length, lane, recognised: { saying, batch, sayings } }: ResolveInput): SpanGroups {
  const pairs = new PairTable();
  let count = new Float64Array(64);
  let leastBatch = new Float64Array(64).fill(Infinity);
  let lacksBatch = new Uint8Array(64);
  const { rule } = sayings;
  /** By lane: the last saying and its group. Most lanes say one thing. */
  const lastSaid = new Int32Array(lanes.length).fill(UNSAID);
  const lastGroup = new Int32Array(lanes.length);
  for (let row = 0; row < length; row++) {
    const said = saying[row];
    if (rule[said] < 0) continue;
    const at = lane[row];
    if (lastSaid[at] !== said) {
      lastGroup[at] = pairs.add(at, said);
      lastSaid[at] = said;
    }
    const group = lastGroup[at];
    if (group === count.length) {
      count = growColumn(count, group * 2);
      leastBatch = growColumn(leastBatch, group * 2).fill(Infinity, group);
      lacksBatch = growColumn(lacksBatch, group * 2);
    }
    count[group]++;
    if (batch[row] === UNSAID) lacksBatch[group] = 1;
    else if (batch[row] < leastBatch[group]) leastBatch[group] = batch[row];
  }
  return { size: pairs.size, lane: pairs.first, saying: pairs.second, count, leastBatch, lacksBatch };
}

function emptyFacts(): LaneFacts {
  return {
    spans: 0,
    pipelineSpans: 0,
    computeSpans: 0,
    rank: UNSAID,
    otherRank: UNSAID,
    replica: UNSAID,
    passes: 0,
    stages: new NumbersWithOp(),
    chunks: new NumbersWithOp(),
    ofRank: false,
    leastBatch: Infinity,
  };
}
