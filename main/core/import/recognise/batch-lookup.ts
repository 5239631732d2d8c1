/**
 * Gives transfers without a batch the batch and stage of the computation they serve: the k-th receive (send) of a rank, pass
 * and iteration belongs to the k-th computation (REFERENCE §5). A receive comes before its computation, so the computations
 * are listed before any span is numbered. Costs memory only for traces that need it: one entry a computation.
 */
import { PASS_FORWARD, PHASE_COMPUTE, phaseCode } from "#common/model.ts";

import { UNSAID } from "./contract.ts";
import type { ResolveInput } from "./contract.ts";

const PHASE_IN = phaseCode("in");
const PHASE_OUT = phaseCode("out");

/** What the numberer knows of a span before its batch. */
export interface TransferKey {
  /** Dense index of (replica, rank). */
  readonly group: number;
  /** As the trace says it, or UNSAID. */
  readonly iteration: number;
  readonly pass: number;
}

/** Computations of one group, iteration and pass in the order of their start. */
export interface ComputationList {
  readonly batches: readonly number[];
  /** Stage ids. */
  readonly stages: readonly number[];
}

export interface BatchLookup {
  /** The computations that transfers of this phase belong to, in order; undefined when there are none. */
  list(key: TransferKey, phase: number): ComputationList | undefined;
}

interface Computations {
  readonly rows: number[];
  /** Transfers without a batch: in, out. */
  readonly transfers: [number, number];
  sorted?: readonly [ComputationList | undefined, ComputationList | undefined];
}

/**
 * @param isWork whether spans of a rule are numbered at all
 * @param groupOf by lane
 * @param stageOf stage id of a row that says its stage or chunk
 */
export function listComputations(
  { length, lane, start, recognised }: ResolveInput,
  {
    isWork,
    groupOf,
    passOf,
    stageOf,
    stageCount,
  }: {
    isWork: (rule: number) => boolean;
    groupOf: Int32Array;
    passOf: Uint8Array;
    stageOf: (row: number) => number;
    stageCount: number;
  },
): BatchLookup {
  const byKey = new Map<number, Computations>();
  const keyNumber = ({ group, iteration, pass }: TransferKey) => ((iteration + 1) * groupCount + group) * 8 + pass;
  const groupCount = groupOf.reduce((most, group) => Math.max(most, group + 1), 1);

  for (let row = 0; row < length; row++) {
    const rule = recognised.rule(row);
    if (rule < 0 || !isWork(rule)) continue;
    const phase = recognised.phase(row);
    const isTransfer = phase === PHASE_IN || phase === PHASE_OUT;
    const said = recognised.batch[row] !== UNSAID;
    if (phase === PHASE_COMPUTE ? !said : said || !isTransfer) continue;
    const key = keyNumber({
      group: groupOf[lane[row]],
      iteration: recognised.iteration(row),
      pass: passOf[recognised.sayings.pass[recognised.saying[row]]],
    });
    let of = byKey.get(key);
    if (of === undefined) byKey.set(key, (of = { rows: [], transfers: [0, 0] }));
    if (phase === PHASE_COMPUTE) of.rows.push(row);
    else of.transfers[phase === PHASE_IN ? 0 : 1]++;
  }

  /** Ends of the pipeline receive or send nothing; their computations are left out where the count says so. */
  function choose(of: Computations, pass: number, phase: number): ComputationList | undefined {
    const transfers = of.transfers[phase === PHASE_IN ? 0 : 1];
    const end = (pass === PASS_FORWARD) === (phase === PHASE_IN) ? 0 : stageCount - 1;
    const inner = of.rows.filter((row) => stageOf(row) !== end);
    const rows = inner.length > 0 && transfers <= inner.length ? inner : of.rows;
    if (rows.length === 0) return undefined;
    return { batches: rows.map((row) => recognised.batch[row]), stages: rows.map(stageOf) };
  }

  return {
    list(key, phase) {
      const of = phase === PHASE_IN || phase === PHASE_OUT ? byKey.get(keyNumber(key)) : undefined;
      if (of === undefined) return undefined;
      if (of.sorted === undefined) {
        of.rows.sort((a, b) => start[a] - start[b] || a - b);
        of.sorted = [choose(of, key.pass, PHASE_IN), choose(of, key.pass, PHASE_OUT)];
      }
      return of.sorted[phase === PHASE_IN ? 0 : 1];
    },
  };
}
