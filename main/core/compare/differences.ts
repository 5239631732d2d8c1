/**
 * The differences as a picture needs them: a matrix stage × batch for every pass and phase, and the spans without a partner.
 *
 * What is sent stays small whatever the size of the runs: batches share columns where there are more than fit, and of the
 * spans without a partner the first ones are listed; the matrices count all of them.
 */
import type { DifferenceMatrix, UnmatchedSpans } from "#common/comparison.ts";
import { NONE } from "#common/ids.ts";
import { PASSES, PHASE_COMPUTE, PHASES } from "#common/model.ts";

import type { ComparedSpans } from "./compared-spans.ts";
import type { ComparedSide, Matching } from "./matching.ts";
import { KINDS, kindOf } from "./matching.ts";

/** Cells of all matrices together: more than a screen has pixels to tell them apart, and about 15 MB. */
const MOST_CELLS = 1 << 18;
const MOST_LISTED = 5_000;

export interface DifferingSide {
  readonly columns: ComparedSide["columns"] & { readonly batch: Int32Array };
  readonly spans: ComparedSpans;
}

interface Sides {
  readonly a: DifferingSide;
  readonly b: DifferingSide;
}

/** @returns one matrix a pass and phase that occurs, those of computing first */
export function tabulateDifferences(
  sides: Sides,
  { matching, rows }: { readonly matching: Matching; readonly rows: number },
): DifferenceMatrix[] {
  const kinds = listKinds(sides);
  const batches = listBatches(sides);
  const most = Math.max(1, Math.floor(MOST_CELLS / Math.max(1, rows * kinds.length)));
  const batchesPerColumn = Math.max(1, Math.ceil(batches.length / most));
  const columns = Math.ceil(batches.length / batchesPerColumn);
  const firstBatch = Int32Array.from({ length: columns }, (_, column) => batches[column * batchesPerColumn]);
  const matrixOfKind = new Map(
    kinds.map((kind) => [kind, createMatrix({ kind, rows, columns, batchesPerColumn, firstBatch })]),
  );
  const fill = (side: DifferingSide, partners: Int32Array, own: "A" | "B"): void => {
    const { spans } = side;
    for (let i = 0; i < spans.length; i += 1) {
      const matrix = matrixOfKind.get(kindOf(side.columns, spans.span[i]));
      if (spans.row[i] === NONE || matrix === undefined) continue;
      const cell = spans.row[i] * columns + findColumn(firstBatch, side.columns.batch[spans.span[i]]);
      if (partners[i] === NONE) {
        matrix[own === "A" ? "onlyA" : "onlyB"][cell] += 1;
        continue;
      }
      if (own === "A") matrix.matched[cell] += 1;
      (own === "A" ? matrix.durationANs : matrix.durationBNs)[cell] += spans.duration[i];
      (own === "A" ? matrix.startANs : matrix.startBNs)[cell] += spans.start[i];
      (own === "A" ? matrix.waitANs : matrix.waitBNs)[cell] += spans.wait[i];
    }
  };
  fill(sides.a, matching.partnerOfA, "A");
  fill(sides.b, matching.partnerOfB, "B");
  return [...matrixOfKind.values()];
}

function listKinds({ a, b }: Sides): number[] {
  const seen = new Uint8Array(KINDS);
  for (const { columns, spans } of [a, b]) {
    for (let i = 0; i < spans.length; i += 1) if (spans.row[i] !== NONE) seen[kindOf(columns, spans.span[i])] = 1;
  }
  const order = (kind: number): number => (kind % PHASES.length === PHASE_COMPUTE ? kind - KINDS : kind);
  return Array.from(seen.keys())
    .filter((kind) => seen[kind] === 1)
    .sort((one, other) => order(one) - order(other));
}

/** Batches of both, ascending. */
function listBatches({ a, b }: Sides): Int32Array {
  const seen = new Set<number>();
  let last = Number.NaN;
  for (const { columns, spans } of [a, b]) {
    for (let i = 0; i < spans.length; i += 1) {
      const batch = columns.batch[spans.span[i]];
      if (batch === last) continue;
      last = batch;
      seen.add(batch);
    }
  }
  return Int32Array.from(seen).sort();
}

function createMatrix({
  kind,
  rows,
  columns,
  ...shape
}: {
  kind: number;
  rows: number;
  columns: number;
  batchesPerColumn: number;
  firstBatch: Int32Array;
}): DifferenceMatrix {
  const counts = (): Uint32Array => new Uint32Array(rows * columns);
  const sums = (): Float64Array => new Float64Array(rows * columns);
  return {
    pass: PASSES[Math.floor(kind / PHASES.length)],
    phase: PHASES[kind % PHASES.length],
    rows,
    columns,
    ...shape,
    matched: counts(),
    onlyA: counts(),
    onlyB: counts(),
    durationANs: sums(),
    durationBNs: sums(),
    startANs: sums(),
    startBNs: sums(),
    waitANs: sums(),
    waitBNs: sums(),
  };
}

/** The last column that begins at or before a batch. */
function findColumn(firstBatch: Int32Array, batch: number): number {
  let low = 0;
  let high = firstBatch.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (firstBatch[middle] <= batch) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @param partners of every span of the side */
export function listUnmatched({ columns, spans }: DifferingSide, partners: Int32Array): UnmatchedSpans {
  const found: number[] = [];
  let total = 0;
  for (let i = 0; i < partners.length; i += 1) {
    if (partners[i] !== NONE) continue;
    total += 1;
    found.push(i);
    // Spans come rank by rank: what is kept are the earliest, cut down now and then.
    if (found.length >= 2 * MOST_LISTED) keepEarliest(found, spans);
  }
  keepEarliest(found, spans);
  const ids = Float64Array.from(found, (i) => spans.span[i]);
  return {
    length: found.length,
    total,
    span: ids,
    row: Int32Array.from(found, (i) => spans.row[i]),
    batch: Int32Array.from(ids, (span) => columns.batch[span]),
    pass: Uint8Array.from(ids, (span) => columns.pass[span]),
    phase: Uint8Array.from(ids, (span) => columns.phase[span]),
    startNs: Float64Array.from(found, (i) => spans.start[i]),
    durationNs: Float64Array.from(found, (i) => spans.duration[i]),
  };
}

function keepEarliest(found: number[], { start, span }: ComparedSpans): void {
  found.sort((i, j) => start[i] - start[j] || span[i] - span[j]);
  found.length = Math.min(found.length, MOST_LISTED);
}
