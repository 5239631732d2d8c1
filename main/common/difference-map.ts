/**
 * The difference heatmap in numbers: what a cell stands for, where noise ends, and which colour it gets. Pure.
 *
 * A cell is the mean over its matched spans; every difference is B − A. Ratios are kept as binary logarithms, so that twice
 * as long and half as long are equally far from nothing.
 */
import type { Rgb, ThemeName } from "./colours.ts";
import { mix } from "./colours.ts";
import type { DifferenceMatrix } from "./comparison.ts";

export type Quantity = "duration" | "start" | "wait";
/** A ratio needs something to divide by: only durations have one. */
export type Measure = "difference" | "ratio";

export interface DifferenceChoice {
  readonly quantity: Quantity;
  readonly measure: Measure;
  /** Differences below this share of the usual duration are noise; for ratios, below this change. */
  readonly threshold: number;
}

export interface DifferenceScale {
  /** Ns, or log₂ of a ratio: from here on a cell has the full colour. */
  readonly most: number;
  /** Up to here a cell is grey. */
  readonly noise: number;
  readonly measure: Measure;
}

/** A few extreme cells must not make all others pale. */
const FULL_COLOUR_SHARE = 0.98;
/** The first colour that is not grey is seen as one. */
const LEAST_TINT = 0.28;

/** Means of A and B of a cell; undefined where nothing was matched. */
export function cellMeans(
  matrix: DifferenceMatrix,
  { cell, quantity }: { cell: number; quantity: Quantity },
): { readonly aNs: number; readonly bNs: number } | undefined {
  const matched = matrix.matched[cell];
  if (matched === 0) return undefined;
  const [a, b] = columnsOf(matrix, quantity);
  return { aNs: a[cell] / matched, bNs: b[cell] / matched };
}

/** What is coloured: ns, or log₂ of the ratio. Undefined where nothing was matched or there is nothing to divide by. */
export function cellValue(
  matrix: DifferenceMatrix,
  { cell, quantity, measure }: { cell: number } & Pick<DifferenceChoice, "quantity" | "measure">,
): number | undefined {
  const means = cellMeans(matrix, { cell, quantity });
  if (means === undefined) return undefined;
  const { aNs, bNs } = means;
  if (measure === "difference") return bNs - aNs;
  return aNs > 0 && bNs > 0 ? Math.log2(bNs / aNs) : undefined;
}

export function scaleOf(matrix: DifferenceMatrix, { quantity, measure, threshold }: DifferenceChoice): DifferenceScale {
  const noise = measure === "ratio" ? Math.log2(1 + threshold) : threshold * usualDuration(matrix);
  const sizes: number[] = [];
  for (let cell = 0; cell < matrix.matched.length; cell++) {
    const value = cellValue(matrix, { cell, quantity, measure });
    if (value !== undefined) sizes.push(Math.abs(value));
  }
  sizes.sort((x, y) => x - y);
  const greatest = sizes.at(Math.min(sizes.length - 1, Math.floor(sizes.length * FULL_COLOUR_SHARE))) ?? 0;
  const least = measure === "ratio" ? Math.log2(1.1) : 1;
  return { most: Math.max(greatest, 2 * noise, least), noise, measure };
}

/** Median of A's mean durations: what a difference is compared with. */
function usualDuration(matrix: DifferenceMatrix): number {
  const means: number[] = [];
  for (let cell = 0; cell < matrix.matched.length; cell++) {
    const { aNs } = cellMeans(matrix, { cell, quantity: "duration" }) ?? {};
    if (aNs !== undefined) means.push(aNs);
  }
  means.sort((x, y) => x - y);
  return means[Math.floor((means.length - 1) / 2)] ?? 0;
}

/** B takes longer or is later: red; shorter or earlier: blue; noise: grey. Told apart by every common colour vision. */
export const DIFFERENCE_COLOURS: Readonly<Record<ThemeName, { more: Rgb; less: Rgb; same: Rgb }>> = {
  light: { more: 0xb2182b, less: 0x2166ac, same: 0xdfe2e7 },
  dark: { more: 0xff7a66, less: 0x5aa9f2, same: 0x383d48 },
};

export function differenceColour(value: number, { scale, theme }: { scale: DifferenceScale; theme: ThemeName }): Rgb {
  const { more, less, same } = DIFFERENCE_COLOURS[theme];
  const size = Math.abs(value);
  if (size <= scale.noise) return same;
  const share = Math.min(1, (size - scale.noise) / (scale.most - scale.noise));
  return mix({ from: same, to: value > 0 ? more : less, share: LEAST_TINT + (1 - LEAST_TINT) * share });
}

function columnsOf(matrix: DifferenceMatrix, quantity: Quantity): readonly [a: Float64Array, b: Float64Array] {
  switch (quantity) {
    case "duration":
      return [matrix.durationANs, matrix.durationBNs];
    case "start":
      return [matrix.startANs, matrix.startBNs];
    case "wait":
      return [matrix.waitANs, matrix.waitBNs];
  }
}

/** The same with at most `most` columns: neighbouring columns are added up. */
export function coarsenMatrix(matrix: DifferenceMatrix, most: number): DifferenceMatrix {
  const factor = Math.ceil(matrix.columns / Math.max(1, most));
  if (factor <= 1) return matrix;
  const columns = Math.ceil(matrix.columns / factor);
  const add = <Column extends Uint32Array | Float64Array>(from: Column, to: Column): Column => {
    for (let cell = 0; cell < from.length; cell++) {
      const row = Math.floor(cell / matrix.columns);
      to[row * columns + Math.floor((cell % matrix.columns) / factor)] += from[cell];
    }
    return to;
  };
  const length = matrix.rows * columns;
  const counts = (from: Uint32Array) => add(from, new Uint32Array(length));
  const sums = (from: Float64Array) => add(from, new Float64Array(length));
  return {
    ...matrix,
    columns,
    batchesPerColumn: matrix.batchesPerColumn * factor,
    firstBatch: matrix.firstBatch.filter((_, column) => column % factor === 0),
    matched: counts(matrix.matched),
    onlyA: counts(matrix.onlyA),
    onlyB: counts(matrix.onlyB),
    durationANs: sums(matrix.durationANs),
    durationBNs: sums(matrix.durationBNs),
    startANs: sums(matrix.startANs),
    startBNs: sums(matrix.startBNs),
    waitANs: sums(matrix.waitANs),
    waitBNs: sums(matrix.waitBNs),
  };
}

/** The column that holds a batch, or -1. */
export function columnOfBatch({ firstBatch }: Pick<DifferenceMatrix, "firstBatch">, batch: number): number {
  return firstBatch.findLastIndex((first) => first <= batch);
}
