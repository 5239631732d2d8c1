/**
 * Exports a picture of a run as SVG: the wavefront of its ranks in the usual scope (REFERENCE §6) with the report's figures,
 * on light paper, for a document. Every span where they are few, else bins.
 */
import { AppError } from "#common/errors.ts";
import { describeScope, describeTime, joinParts, listFigures } from "#common/figure/describe-run.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { drawWavefrontFigure } from "#common/figure/wavefront-figure.ts";
import { formatCountOf } from "#common/format.ts";

import type { RunReader } from "../../../db/index.ts";
import { buildReport, isNoPipeline } from "../analysis/build-report.ts";
import { loadScopeInput } from "../analysis/load-input.ts";
import { measureOccupancy } from "../analysis/occupancy.ts";
import { chooseWindow, surveyRun } from "../analysis/windows.ts";
import { layOutRows } from "../compare/figure-rows.ts";
import type { ExportOutput } from "./output.ts";
import type { ExportContext } from "./span-texts.ts";

/** @throws AppError no-pipeline, too-large, those of the output; the signal's reason. The caller finishes or aborts the output. */
export async function exportSvg(
  reader: RunReader,
  { output, signal, onProgress }: { output: ExportOutput } & ExportContext,
): Promise<void> {
  onProgress?.({ step: "computing the report" });
  const input = loadScopeInput(reader);
  const report = buildReport(input);
  if (isNoPipeline(report)) {
    throw new AppError({ code: "no-pipeline", what: report.error, todo: "export it as chrome, csv or sqlite" });
  }
  signal?.throwIfAborted();
  const survey = input.survey ?? surveyRun(input);
  const window = chooseWindow(survey.windows, report.scope);
  const { rows, hidden, legend } = layOutRows(measureOccupancy(input, { window, hasIterations: survey.hasIterations }));
  const { windowStartNs, makespanNs } = report;
  const svg = drawWavefrontFigure(
    {
      title: report.run.name,
      subtitle: joinParts(
        `wavefront of ${formatCountOf(rows.length, { one: "rank" })}`,
        describeScope(report),
        describeTime({ fromNs: windowStartNs, toNs: windowStartNs + makespanNs }),
        hidden === 0 ? undefined : `${formatCountOf(hidden, { one: "rank" })} between them are left out`,
      ),
      figures: listFigures(report, reader.stages),
      rows,
      fromNs: 0,
      toNs: makespanNs,
      axisTitle: "time from the start of the compute window",
      legend,
    },
    figureColours("light"),
  );
  await output.write(`${svg}\n`);
}
