/**
 * Works the stage × batch matrix out of the spans of a scope: one number a stage, batch and pass. Pure. Memory follows the
 * stages × batches of the scope; what is given to the window is at most `columns` wide.
 *
 * Durations are sums over the spans of a phase. The input of a stage is there when its own `in` ends; without one, when the
 * stages before it (along the edges, else by ordinal; after it in passes backwards) have put the batch out. Recorded waiting
 * is taken as it is where the scope has any. Intervals are between starts of computing in their order in time.
 */
import { NONE } from "#common/ids.ts";
import type { MatrixQuantity, StageMatrix } from "#common/matrix.ts";
import { MATRIX_QUANTITIES, MOST_MATRIX_COLUMNS } from "#common/matrix.ts";
import type { Pass, Phase, StageEdge } from "#common/model.ts";
import { PASSES, PHASES, passCode } from "#common/model.ts";
import type { Scope } from "#common/report.ts";

import { tabulatePlaces } from "../analysis/input.ts";
import { chooseWindow, surveyRun } from "../analysis/windows.ts";
import type { SurveyedInput } from "../analysis/windows.ts";
import { binColumns } from "./bin-columns.ts";
import { ScopeWork } from "./scope-work.ts";

export interface MatrixChoice extends Partial<Scope> {
  readonly quantity?: MatrixQuantity;
  readonly pass?: Pass;
  /** 1 to MOST_MATRIX_COLUMNS. */
  readonly columns?: number;
}

/**
 * @param choice a quantity or pass that the scope does not have is replaced by the first one that it has
 * @returns undefined for a run without a pipeline
 * @throws AppError unknown-scope
 */
export function computeMatrix(
  input: SurveyedInput & { readonly edges: readonly StageEdge[] },
  { quantity = "compute", pass = "forward", columns = MOST_MATRIX_COLUMNS, ...wanted }: MatrixChoice = {},
): StageMatrix | undefined {
  const survey = input.survey ?? surveyRun(input);
  if (survey.windows.length === 0) return undefined;
  const window = chooseWindow(survey.windows, wanted);
  const scope = { iteration: window.iteration, replica: window.replica };
  const work = collectWork(input, { scope, hasIterations: survey.hasIterations });
  const passes = PASSES.filter((_, code) => work.hasPass(code));
  const shownPass = passes.find((one) => one === pass) ?? passes.at(0) ?? pass;
  const code = passCode(shownPass);
  const { stageOrdinal } = tabulatePlaces(input);
  const edges = input.edges.map(({ from, to }) => ({ from: stageOrdinal[from], to: stageOrdinal[to] }));
  const numbers = new Map(MATRIX_QUANTITIES.map((one) => [one, measure(work, { quantity: one, pass: code, edges })]));
  const quantities = MATRIX_QUANTITIES.filter((one) => numbers.get(one)?.some((ns) => !Number.isNaN(ns)) === true);
  const shown = quantities.find((one) => one === quantity) ?? quantities.at(0) ?? quantity;
  const valueNs = numbers.get(shown) ?? new Float64Array(0);
  return {
    scope,
    quantity: shown,
    pass: shownPass,
    passes,
    quantities,
    ...binColumns(work, { valueNs, pass: code, most: Math.min(columns, MOST_MATRIX_COLUMNS) }),
  };
}

const KEPT_PHASES = new Set<Phase>(["in", "compute", "out", "wait"]);

function collectWork(
  input: SurveyedInput,
  { scope, hasIterations }: { scope: Scope; hasIterations: boolean },
): ScopeWork {
  const { spans, stages, ids } = input;
  const { laneReplica, stageOrdinal } = tabulatePlaces(input);
  const iteration = hasIterations ? scope.iteration : NONE;
  const isKept = Uint8Array.from(PHASES, (phase) => (KEPT_PHASES.has(phase) ? 1 : 0));
  const kept: number[] = [];
  for (let i = 0; i < spans.length; i++) {
    if (spans.iteration[i] !== iteration || isKept[spans.phase[i]] === 0) continue;
    if (spans.stage[i] === NONE || spans.batch[i] === NONE) continue;
    if (laneReplica[spans.lane[i]] === scope.replica) kept.push(i);
  }
  const work = new ScopeWork({ rows: stages.length, batches: kept.map((i) => spans.batch[i]) });
  for (const i of kept) {
    work.add({
      stage: stageOrdinal[spans.stage[i]],
      batch: spans.batch[i],
      pass: spans.pass[i],
      phase: spans.phase[i],
      start: spans.start[i],
      end: spans.start[i] + spans.duration[i],
      lane: spans.lane[i],
      span: ids === undefined ? i : ids[i],
    });
  }
  return work;
}

const IN = PHASES.indexOf("in");
const COMPUTE = PHASES.indexOf("compute");
const OUT = PHASES.indexOf("out");
const WAIT = PHASES.indexOf("wait");
const BACKWARDS = new Set<Pass>(["backward", "input-grad", "weight-grad"]);

/** Ordinals. */
interface OrdinalEdge {
  readonly from: number;
  readonly to: number;
}

/** One number a stage and batch, NaN where there is none. */
function measure(
  work: ScopeWork,
  { quantity, pass, edges }: { quantity: MatrixQuantity; pass: number; edges: readonly OrdinalEdge[] },
): Float64Array {
  if (quantity === "interval") return measureIntervals(work, pass);
  if (quantity !== "wait") return work.sums(pass, PHASES.indexOf(quantity));
  const recorded = work.sums(pass, WAIT);
  return recorded.some((ns) => !Number.isNaN(ns)) ? recorded : measureWaits(work, { pass, edges });
}

function measureIntervals(work: ScopeWork, pass: number): Float64Array {
  const starts = work.starts(pass, COMPUTE);
  const intervals = new Float64Array(starts.length).fill(NaN);
  for (let row = 0; row < work.rows; row++) {
    const first = row * work.batchCount;
    const order = Array.from({ length: work.batchCount }, (_, at) => first + at)
      .filter((cell) => !Number.isNaN(starts[cell]))
      .sort((a, b) => starts[a] - starts[b]);
    for (let i = 1; i < order.length; i++) intervals[order[i]] = starts[order[i]] - starts[order[i - 1]];
  }
  return intervals;
}

function measureWaits(work: ScopeWork, { pass, edges }: { pass: number; edges: readonly OrdinalEdge[] }): Float64Array {
  const starts = work.starts(pass, COMPUTE);
  const arrived = work.ends(pass, IN);
  const [computed, put] = [work.ends(pass, COMPUTE), work.ends(pass, OUT)];
  const isBackwards = BACKWARDS.has(PASSES[pass]);
  const waits = new Float64Array(starts.length).fill(NaN);
  for (let row = 0; row < work.rows; row++) {
    const before = stagesBefore(row, { edges, isBackwards, rows: work.rows });
    for (let at = 0; at < work.batchCount; at++) {
      const cell = row * work.batchCount + at;
      if (Number.isNaN(starts[cell])) continue;
      let there = arrived[cell];
      if (Number.isNaN(there)) {
        for (const stage of before) {
          const from = stage * work.batchCount + at;
          const end = Number.isNaN(put[from]) ? computed[from] : put[from];
          if (!Number.isNaN(end) && !(end <= there)) there = end;
        }
      }
      if (!Number.isNaN(there)) waits[cell] = Math.max(0, starts[cell] - there);
    }
  }
  return waits;
}

/** Ordinals of the stages whose output a stage takes. */
function stagesBefore(
  row: number,
  { edges, isBackwards, rows }: { edges: readonly OrdinalEdge[]; isBackwards: boolean; rows: number },
): number[] {
  const [from, to] = isBackwards ? (["to", "from"] as const) : (["from", "to"] as const);
  const linked = edges.filter((edge) => edge[to] === row).map((edge) => edge[from]);
  if (linked.length > 0) return linked;
  const neighbour = isBackwards ? row + 1 : row - 1;
  return edges.length === 0 && neighbour >= 0 && neighbour < rows ? [neighbour] : [];
}
