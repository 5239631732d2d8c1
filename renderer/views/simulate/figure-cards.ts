/** The figures of a simulation as cards: what was simulated, what the formula says, what was measured. Pure text. */
import { formatDuration, formatShare } from "#common/format.ts";
import type { RunReport } from "#common/report.ts";
import type { ClosedForm } from "#common/schedule/closed-forms.ts";
import type { SimulationFigures } from "#common/simulation.ts";

export interface FigureCard {
  readonly name: string;
  readonly value: string;
  readonly title: string;
  /** What the literature says of it. */
  readonly formula?: { readonly text: string; readonly agrees: boolean } | undefined;
  /** The same of the measured run. */
  readonly measured?: string | undefined;
}

/** A formula agrees when nobody could tell the two apart on screen. */
const AGREEMENT = 1e-6;

export function listCards({
  report,
  figures,
  forms,
  measured,
}: {
  report: RunReport;
  figures: SimulationFigures;
  forms: readonly ClosedForm[];
  measured?: RunReport | undefined;
}): readonly FigureCard[] {
  const formulaOf = (of: ClosedForm["of"], simulated: number): FigureCard["formula"] => {
    const form = forms.find((candidate) => candidate.of === of);
    if (form === undefined) return undefined;
    const agrees = Math.abs(simulated - form.value) <= AGREEMENT * Math.max(1e-3, Math.abs(form.value));
    const value = of === "bubbleRatio" ? formatShare(form.value) : formatDuration(form.value);
    return { text: agrees ? `= ${form.formula}` : `${form.formula} = ${value}`, agrees };
  };
  const { initiationInterval: interval } = report;
  return [
    {
      name: "Makespan",
      value: formatDuration(report.makespanNs),
      title: "First start to last end of all computing",
      formula: formulaOf("extentNs", report.extentNs),
      measured: measured === undefined ? undefined : compared(report.makespanNs, measured.makespanNs),
    },
    ...(interval.meanNs === undefined
      ? []
      : [
          {
            name: "Mean II",
            value: formatDuration(interval.meanNs),
            title: `Initiation interval at the bottleneck rank${interval.boundNs === undefined ? "" : `; no order of its work is faster than ${formatDuration(interval.boundNs)}`}`,
            measured:
              measured?.initiationInterval.meanNs === undefined
                ? undefined
                : compared(interval.meanNs, measured.initiationInterval.meanNs),
          },
        ]),
    {
      name: "Bubble",
      value: formatShare(report.bubble.ratio),
      title: "Idle share of the compute window, mean over ranks",
      formula: formulaOf("bubbleRatio", report.bubble.ratio),
      measured: measured === undefined ? undefined : `measured ${formatShare(measured.bubble.ratio)}`,
    },
    {
      name: "Bubble size",
      value: formatDuration(figures.bubbleSizeNs),
      title: "Idle time of the most idle rank between its own first start and last end",
      formula: formulaOf("bubbleSizeNs", figures.bubbleSizeNs),
    },
  ];
}

function compared(simulatedNs: number, measuredNs: number): string {
  const change = simulatedNs / measuredNs - 1;
  const sign = change < 0 ? "−" : "+";
  return `measured ${formatDuration(measuredNs)} (${sign}${formatShare(Math.abs(change))})`;
}
