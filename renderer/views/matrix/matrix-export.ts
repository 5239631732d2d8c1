/**
 * The stage × batch matrix as a figure: the columns, number, measure and limits on screen, or compute time of the forward pass
 * where the matrix is not. Of more cells than a picture shows the backend is asked for fewer columns, each the greatest of some.
 */
import type { ThemeName } from "#common/colours.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { drawMatrixFigure } from "#common/figure/matrix-figure.ts";
import type { FigureScale } from "#common/figure/matrix-figure.ts";
import { formatCount, formatCountOf, formatDuration } from "#common/format.ts";
import type { MatrixQuantity, StageMatrix } from "#common/matrix.ts";
import {
  chooseScale,
  countByPlace,
  keyOf,
  MAP_COLOURS,
  OVER_KEY,
  relateToRows,
  sortNumbers,
} from "../../data/scalar-cells.ts";
import type { ScalarScale } from "../../data/scalar-cells.ts";
import { describeScope, joinParts, listFigures, nameStage } from "#common/figure/describe-run.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import { colourAt, OVER_COLOUR } from "../../scene/scalar-palette.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";

/** What the matrix on screen shows; columns [from, to) may be fractional. */
export interface MatrixChoice {
  readonly matrix: StageMatrix;
  readonly from: number;
  readonly to: number;
  readonly isRelative: boolean;
  readonly scale: ScalarScale;
}

/** More cells than this are not told apart. */
const MOST_CELLS = 80_000;
const LEAST_COLUMNS = 64;
const SCALE_BINS = 48;
/** Colours that a figure tells apart: neighbours of one colour become one piece. */
const COLOUR_STEPS = 64;
const USUAL_PERCENT = 1;

const QUANTITY_WORDS: Readonly<Record<MatrixQuantity, string>> = {
  in: "in time",
  compute: "compute time",
  out: "out time",
  wait: "wait before computing",
  interval: "initiation interval",
};

/** @param shown undefined where the matrix is not on screen @throws what reading the run throws */
export async function drawMatrix(
  run: OpenRun,
  { shown, theme }: { shown: MatrixChoice | undefined; theme: ThemeName },
): Promise<Figure> {
  const { detail, pipelineReport: report, stages } = run;
  const { matrix, from, to, isRelative, scale } = await fewEnough(run, shown ?? (await readUsual(run)));
  const [first, last] = [Math.floor(from), Math.min(matrix.columns, Math.ceil(to))];
  const values = isRelative ? relateToRows(matrix.valueNs, matrix.columns) : matrix.valueNs;
  const columns = Math.max(0, last - first);
  const cut = new Float64Array(matrix.rows * columns);
  for (let row = 0; row < matrix.rows; row++) {
    cut.set(values.subarray(row * matrix.columns + first, row * matrix.columns + last), row * columns);
  }
  const textOf = (value: number) => (isRelative ? `× ${value.toFixed(2)}` : formatDuration(Math.round(value)));
  const { pass, quantity, batchesPerColumn } = matrix;
  const what = `${pass === "none" ? "" : `${pass} `}${QUANTITY_WORDS[quantity]}`;
  const firstBatch = matrix.firstBatch.slice(first, last);
  const svg = drawMatrixFigure(
    {
      title: detail.run.name,
      subtitle: joinParts(
        `stage × batch matrix of ${what}`,
        report === undefined ? undefined : describeScope(report),
        `${formatCountOf(matrix.rows, { one: "stage" })}, ${describeBatches(firstBatch, batchesPerColumn)}`,
        isRelative ? "as a multiple of the median of the stage" : undefined,
        scale.isLog ? "logarithmic colours" : undefined,
        batchesPerColumn === 1 ? undefined : `a cell is the greatest of ${batchesPerColumn} batches`,
      ),
      ...(report === undefined ? {} : { figures: listFigures(report, stages) }),
      rows: stages.slice(0, matrix.rows).map((stage) => nameStage(stage)),
      columns,
      firstBatch,
      batchesPerColumn,
      colour: Int32Array.from(cut, (value) => (Number.isNaN(value) ? -1 : colourOfValue(value, scale))),
      textOf: (cell) => (Number.isNaN(cut[cell]) ? undefined : textOf(cut[cell])),
      scale: describeScale(sortNumbers(values), {
        scale,
        textOf,
        quantity: isRelative ? `${what} as a multiple of the stage’s median` : what,
      }),
    },
    figureColours(theme),
  );
  return figureOf(svg);
}

function describeBatches(firstBatch: Int32Array, batchesPerColumn: number): string {
  const [first, last] = [formatCount(firstBatch.at(0) ?? 0), formatCount(firstBatch.at(-1) ?? 0)];
  return batchesPerColumn === 1 ? `batches ${first}–${last}` : `columns that begin with batches ${first}–${last}`;
}

function colourOfValue(value: number, scale: ScalarScale): number {
  const key = keyOf(value, scale);
  if (key === OVER_KEY) return OVER_COLOUR;
  const step = Math.min(COLOUR_STEPS - 1, Math.floor((key / MAP_COLOURS) * COLOUR_STEPS));
  return colourAt(step / (COLOUR_STEPS - 1));
}

function describeScale(
  sorted: Float64Array,
  { scale, textOf, quantity }: { scale: ScalarScale; textOf: (value: number) => string; quantity: string },
): FigureScale {
  const { counts, above } = countByPlace(sorted, { scale, bins: SCALE_BINS });
  return {
    low: textOf(scale.low),
    high: textOf(scale.high),
    quantity,
    bins: counts.map((cells, bin) => ({ cells, colour: colourAt((bin + 0.5) / SCALE_BINS) })),
    ...(above === 0
      ? {}
      : {
          over: { colour: OVER_COLOUR, label: `${formatCountOf(above, { one: "cell" })} above ${textOf(scale.high)}` },
        }),
  };
}

async function readUsual({ client, detail, scope }: OpenRun): Promise<MatrixChoice> {
  const matrix = await client.readMatrix({ run: detail.id, ...scope });
  const scale = chooseScale(sortNumbers(matrix.valueNs), { percent: USUAL_PERCENT, isLog: false });
  return { matrix, from: 0, to: matrix.columns, isRelative: false, scale };
}

/** The same part of the matrix in as many cells as a picture shows. */
async function fewEnough({ client, detail }: OpenRun, choice: MatrixChoice): Promise<MatrixChoice> {
  const { matrix, from, to } = choice;
  const wanted = Math.max(LEAST_COLUMNS, Math.floor(MOST_CELLS / Math.max(1, matrix.rows)));
  if (to - from <= wanted) return choice;
  const { scope, quantity, pass } = matrix;
  const columns = Math.max(1, Math.floor((wanted * matrix.columns) / (to - from)));
  const coarse = await client.readMatrix({ run: detail.id, ...scope, quantity, pass, columns });
  const share = coarse.columns / matrix.columns;
  return { ...choice, matrix: coarse, from: from * share, to: to * share };
}
