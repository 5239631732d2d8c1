/**
 * What the recognised spans of each lane say together: which ranks, stages, chunks and passes occur on it. One pass over the
 * columns, no memory per span. It draws no conclusions: lane-ranks.ts and stage-table.ts do.
 */
import { PASS_BACKWARD, PHASE_COMPUTE, passCode, phaseCode } from "#common/model.ts";

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
export function gatherFacts({ recogniser, lanes, length, lane, recognised }: ResolveInput): TraceFacts {
  const { traits } = recogniser;
  const spansByRule = new Uint32Array(traits.length);
  for (let i = 0; i < length; i++) if (recognised.rule[i] >= 0) spansByRule[recognised.rule[i]]++;
  const yielded = traits.map(({ yieldsTo }) => yieldsTo >= 0 && spansByRule[yieldsTo] > 0);
  const ignored = traits.map(({ mark }, rule) => mark || yielded[rule]);

  const facts = lanes.map(emptyFacts);
  const seen = { fullBackward: false, weightGrad: false, inputGrad: false };
  let strayStages = 0;
  let transfersWithoutBatch = false;
  let computeWithBatch = false;

  for (let i = 0; i < length; i++) {
    const rule = recognised.rule[i];
    if (rule < 0 || ignored[rule]) continue;
    const of = facts[lane[i]];
    of.spans++;
    if (recognised.rank[i] !== UNSAID && recognised.rank[i] !== of.rank) {
      if (of.rank === UNSAID) of.rank = recognised.rank[i];
      else of.otherRank = recognised.rank[i];
    }
    if (of.replica === UNSAID) of.replica = recognised.replica[i];
    const phase = recognised.phase[i];
    if (phase === PHASE_SYNC) continue;

    of.pipelineSpans++;
    const pass = recognised.pass[i];
    const batch = recognised.batch[i];
    if (phase === PHASE_COMPUTE) {
      of.computeSpans++;
      of.passes |= 1 << pass;
      if (batch !== UNSAID) {
        computeWithBatch = true;
        if (batch < of.leastBatch) of.leastBatch = batch;
      }
    } else if (batch === UNSAID) transfersWithoutBatch = true;
    if (pass !== PASS_UNDECIDED && traits[rule].tellsBackwardLate) {
      if (pass === PASS_BACKWARD) seen.fullBackward = true;
      else if (pass === PASS_WEIGHT_GRAD) seen.weightGrad = true;
      else if (pass === PASS_INPUT_GRAD) seen.inputGrad = true;
    }
    const stage = recognised.stage[i];
    const chunk = recognised.chunk[i];
    if (stage >= MOST_STAGES || chunk >= MOST_STAGES) strayStages++;
    else if (stage >= 0) of.stages.add(stage, recognised.op[i]);
    else if (chunk >= 0) of.chunks.add(chunk, recognised.op[i]);
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
