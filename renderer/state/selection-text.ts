/** The selection as text for the clipboard: one fact a line, name and value apart by a tab. */
import { formatDuration, formatExactNs } from "#common/format.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import type { Selected } from "./selection.svelte.ts";

type Fact = readonly [name: string, value: string | number | undefined];

/** @throws AppError where the span cannot be read */
export async function selectionText(run: OpenRun, selected: Selected): Promise<string> {
  const facts = await factsOf(run, selected);
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}\t${value}`])).join("\n");
}

async function factsOf(run: OpenRun, selected: Selected): Promise<readonly Fact[]> {
  const name = run.detail.run.name;
  switch (selected.kind) {
    case "stage": {
      const { name: stage, op, rank } = run.stages[selected.stage];
      return [["run", name], ["stage", selected.stage], ["name", stage], ["op", op], ["rank", rank]]; // prettier-ignore
    }
    case "batch":
      return [["run", name], ["batch", selected.batch], ["iteration", selected.iteration]]; // prettier-ignore
    case "bubble":
      return [
        ["run", name],
        ["bubble of rank", selected.rank],
        ["replica", selected.replica],
        ...times(selected.fromNs, selected.toNs - selected.fromNs),
      ];
    case "span": {
      const span = await run.client.readSpan({ run: run.detail.id, span: selected.id });
      return [
        ["run", name],
        ["span", span.id],
        ["name", span.name.text],
        ...times(span.startNs, span.durationNs),
        ["stage", run.ordinalOf(span.stage)],
        ["batch", span.batch],
        ["iteration", span.iteration],
        ["pass", span.pass === "none" ? undefined : span.pass],
        ["phase", span.phase === "none" ? undefined : span.phase],
        ["arguments", span.args],
      ];
    }
  }
}

const times = (startNs: number, durationNs: number): readonly Fact[] => [
  ["start", formatExactNs(startNs)],
  ["duration", `${formatDuration(durationNs)} (${formatExactNs(durationNs)})`],
];
