/**
 * The wavefront over time as a figure: what is in the window now, in its colours, with the report's figures; causes and the
 * critical path where they are shown. Reads tiles or the spans on screen, never all of a large run.
 */
import { CAUSE_COLOURS, ELSEWHERE_COLOURS, IDLE_COLOURS, textColourOn } from "#common/colours.ts";
import type { ThemeName } from "#common/colours.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { drawWavefrontFigure, sizePlot } from "#common/figure/wavefront-figure.ts";
import type { CauseMark, PathMark, WavefrontFigure } from "#common/figure/wavefront-figure.ts";
import { formatCount, formatDuration } from "#common/format.ts";
import { IDLE_CAUSES } from "#common/report.ts";
import type { RunReport } from "#common/report.ts";
import type { LabelNumber } from "../../data/cell-labels.ts";
import {
  describeRows,
  describeScope,
  describeTime,
  joinParts,
  listFigures,
  TIME_AXIS,
} from "#common/figure/describe-run.ts";
import { readFigureRows } from "../../figure/figure-rows.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import { listWork } from "../../figure/work-legend.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import { placeBubbles, placePath } from "./place-why.ts";
import { rowsOfPath, rowsOfRanks } from "./why-rows.ts";

export interface WavefrontPicture {
  readonly theme: ThemeName;
  readonly number: LabelNumber;
  readonly fromRow: number;
  readonly toRow: number;
  readonly showsCauses: boolean;
  readonly showsPath: boolean;
}

type Legend = WavefrontFigure["legend"];

interface Overlay {
  readonly causes: readonly CauseMark[];
  readonly path: readonly PathMark[];
  readonly legend: Legend;
  /** What is left out, in words. */
  readonly missing?: string;
}

/** Bubbles of more pieces are told by the longest. */
const MOST_BUBBLES = 20_000;

/** @throws what reading the run throws */
export async function drawWavefront(run: OpenRun, picture: WavefrontPicture): Promise<Figure> {
  const { client, detail, pipelineReport: report, stages } = run;
  const { axis, fromNs, toNs } = run.viewport;
  const { theme, number, fromRow, toRow } = picture;
  const all = detail.rows[axis];
  const labels = all.slice(fromRow, toRow).map(({ label }) => label);
  const view = { axis, fromNs, toNs, originNs: 0, fromRow, toRow, number, theme, widthPx: sizePlot(labels).widthPx };
  const { rows, keys, rowsPerLine, binNs } = await readFigureRows({ client, detail }, view);
  const lines = rows.map(({ label }) => label);
  const overlay = report === undefined ? NOTHING : await readOverlay(run, { picture, report, lines, rowsPerLine });
  const isTinted = rows.some(({ elsewhere }) => elsewhere !== undefined) && detail.rows.rank.length < all.length;
  const svg = drawWavefrontFigure(
    {
      title: detail.run.name,
      subtitle: joinParts(
        `wavefront of ${describeRows({ axis, fromRow, toRow, count: all.length })}`,
        describeTime({ fromNs, toNs }),
        report === undefined ? undefined : `figures of ${describeScope(report)}`,
        binNs === undefined ? undefined : `bins of ${formatDuration(binNs)}, paler where a part of the bin is idle`,
        rowsPerLine === 1 ? undefined : `each line is ${rowsPerLine} ${axis}s`,
        overlay.missing,
      ),
      ...(report === undefined ? {} : { figures: listFigures(report, stages) }),
      rows: isTinted ? rows : rows.map(({ elsewhere: _, ...row }) => row),
      fromNs,
      toNs,
      axisTitle: TIME_AXIS,
      ...(isTinted ? { elsewhere: ELSEWHERE_COLOURS[theme] } : {}),
      causes: overlay.causes,
      path: overlay.path,
      legend: [
        ...listWork(keys, theme),
        { label: "idle", colour: IDLE_COLOURS[theme] },
        ...(isTinted ? [{ label: "rank busy elsewhere", colour: ELSEWHERE_COLOURS[theme] }] : []),
        ...overlay.legend,
      ],
    },
    figureColours(theme),
  );
  return figureOf(svg);
}

const NOTHING: Overlay = { causes: [], path: [], legend: [] };

/** Placed as over the heatmap, on the plot of the figure. */
async function readOverlay(
  run: OpenRun,
  {
    picture: { theme, fromRow, showsCauses, showsPath },
    report,
    lines,
    rowsPerLine,
  }: { picture: WavefrontPicture; report: RunReport; lines: readonly string[]; rowsPerLine: number },
): Promise<Overlay> {
  const { client, detail } = run;
  const { axis, fromNs, toNs } = run.viewport;
  const { scope } = report;
  const { widthPx, rowPx, gapPx } = sizePlot(lines);
  const time = { fromNs, toNs, widthPx };
  const rowScale = { scrollRow: fromRow, rowHeightPx: rowPx / rowsPerLine };
  const shown = { detail, axis, replica: scope.replica };
  const query = { run: detail.id, iteration: scope.iteration, replica: scope.replica };
  const [bubbles, path] = await Promise.all([
    showsCauses && axis !== "lane" ? client.readBubbles({ ...query, fromNs, toNs, limit: MOST_BUBBLES }) : undefined,
    showsPath ? client.readCriticalPath(query) : undefined,
  ]);
  const rects =
    bubbles === undefined
      ? []
      : placeBubbles(bubbles.bubbles, { rows: rowsOfRanks(shown), time, rowScale, heightPx: lines.length * rowPx });
  const marks = path === undefined ? [] : placePath(path.path, { rows: rowsOfPath(path.path, shown), time, rowScale });
  const causes = new Set(rects.map(({ cause }) => cause));
  const left = bubbles === undefined ? 0 : bubbles.total - bubbles.bubbles.length;
  return {
    causes: rects.map(({ cause, ...rect }) => ({
      ...rect,
      // As high as the work beside it.
      ...(rowsPerLine === 1 ? { y: rect.y + gapPx / 2, height: rowPx - gapPx } : {}),
      colour: CAUSE_COLOURS[theme][IDLE_CAUSES[cause]],
    })),
    path: marks
      .filter(({ y }) => y >= 0 && y <= lines.length * rowPx)
      .map((mark) => ({ ...mark, x1: Math.max(0, mark.x1), x2: Math.min(widthPx, mark.x2) })),
    legend: [
      ...IDLE_CAUSES.flatMap((cause, code) =>
        causes.has(code) ? [{ label: `idle: ${cause}`, colour: CAUSE_COLOURS[theme][cause] }] : [],
      ),
      ...(marks.length === 0
        ? []
        : [{ label: "critical path", colour: textColourOn(IDLE_COLOURS[theme]), mark: "line" as const }]),
    ],
    ...(left === 0
      ? {}
      : { missing: `causes of the longest ${formatCount(bubbles?.bubbles.length ?? 0)} bubbles only` }),
  };
}
