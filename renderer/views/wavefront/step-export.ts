/** The step grid as a figure: the steps on screen, a square for each span that starts in one. */
import { IDLE_COLOURS } from "#common/colours.ts";
import { AppError } from "#common/errors.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { drawStepFigure } from "#common/figure/step-figure.ts";
import { formatCount, formatDuration } from "#common/format.ts";
import { NO_STAGE } from "#common/tile.ts";
import { cellKey, opOfStage } from "../../data/cell-key.ts";
import { hasBatch } from "../../data/raw-page.ts";
import { stepOf } from "../../data/step-grid.ts";
import type { StepCell, StepGrid } from "../../data/step-grid.ts";
import { clientTileSource } from "../../data/tile-source.ts";
import { describeRows, describeScope, joinParts, listFigures } from "#common/figure/describe-run.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import { listWork } from "../../figure/work-legend.ts";
import { colourOfKey, createPalette } from "../../scene/palette.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import { settings } from "../../state/settings.svelte.ts";
import { StepGridLoader } from "./step-grid-loader.ts";
import type { StepRequest } from "./step-grid-loader.ts";
import type { WavefrontPicture } from "./wavefront-export.ts";

/** @throws AppError too-large where a grid cannot show the scope; what reading the run throws */
export async function drawSteps(
  run: OpenRun,
  {
    steps,
    theme,
    number,
    fromRow,
    toRow,
  }: Omit<WavefrontPicture, "showsCauses" | "showsPath"> & { steps: StepRequest },
): Promise<Figure> {
  const { detail, pipelineReport: report, stages } = run;
  const { axis, fromNs, toNs } = run.viewport;
  const grid = await readGrid(run, steps);
  const fromStep = Math.max(0, stepOf(grid, fromNs));
  const toStep = Math.min(grid.stepCount, stepOf(grid, toNs - 1) + 1);
  const ops = opOfStage(detail.stages);
  const palette = createPalette(theme, settings.opColours);
  const cells = grid.cells.filter(
    (cell): cell is StepCell =>
      cell !== undefined && cell.row >= fromRow && cell.row < toRow && cell.step >= fromStep && cell.step < toStep,
  );
  const keys = cells.map(({ stage, kind }) => cellKey({ ops, stage, kind }));
  const numberOf = ({ stage, batch }: StepCell): number => {
    if (number === "stage") return stage === NO_STAGE ? -1 : stage;
    return hasBatch(batch) ? batch : -1;
  };
  const rows = detail.rows[axis];
  const svg = drawStepFigure(
    {
      title: detail.run.name,
      subtitle: joinParts(
        `step grid of ${describeRows({ axis, fromRow, toRow, count: rows.length })}`,
        report === undefined ? undefined : describeScope(report),
        `steps ${formatCount(fromStep)}–${formatCount(Math.max(fromStep, toStep - 1))} of ${formatCount(grid.stepCount)}`,
        `one step is an initiation interval of ${formatDuration(steps.intervalNs)}`,
        `squares carry the number of their ${number === "stage" ? "layer" : "batch"}`,
      ),
      ...(report === undefined ? {} : { figures: listFigures(report, stages) }),
      labels: rows.slice(fromRow, toRow).map(({ label }) => label),
      cells: {
        row: Int32Array.from(cells, ({ row }) => row - fromRow),
        step: Int32Array.from(cells, ({ step }) => step),
        colour: Uint32Array.from(keys, (key) => colourOfKey(palette, key)),
        number: Int32Array.from(cells, numberOf),
      },
      fromStep,
      toStep,
      axisTitle: `step of ${formatDuration(steps.intervalNs)}`,
      legend: [...listWork(new Set(keys), theme), { label: "idle", colour: IDLE_COLOURS[theme] }],
    },
    figureColours(theme),
  );
  return figureOf(svg);
}

async function readGrid({ client, detail, viewport: { axis } }: OpenRun, steps: StepRequest): Promise<StepGrid> {
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const loader = new StepGridLoader({ detail, source: clientTileSource({ client, detail }), onChange: () => settle() });
  loader.want({ ...steps, axis });
  if (!loader.settled) await settled;
  const { grid, problem, failures } = loader;
  if (grid !== undefined) return grid;
  const [failure] = failures;
  if (failure !== undefined) {
    throw failure instanceof Error ? failure : new Error("the run could not be read", { cause: failure });
  }
  throw new AppError({
    code: "too-large",
    what: problem ?? "there is no step grid",
    todo: "show columns of time instead",
  });
}
