/** What an open run does when it is asked by key or from the palette, beside what its plot does (wavefront/plot-actions.ts). */
import type { RowAxis } from "#common/tile.ts";
import { FIGURE_FORMATS } from "../../figure/save-figure.ts";
import { DECLINED } from "../../state/actions.svelte.ts";
import type { Provision } from "../../state/actions.svelte.ts";
import type { Application } from "../../state/application.svelte.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { RunTools } from "../../state/run-tools.svelte.ts";
import { selectionText } from "../../state/selection-text.ts";
import type { ColumnMode } from "../../state/viewport.svelte.ts";
import { FIGURE_VIEWS } from "./run-figures.svelte.ts";
import type { RunFigures } from "./run-figures.svelte.ts";

/** To be provided as long as the run is on screen. */
export function runActions({
  application,
  run,
  tools,
  figures,
  copyText,
}: {
  application: Application;
  run: OpenRun;
  tools: RunTools;
  figures: RunFigures;
  copyText: (text: string) => Promise<void>;
}): Provision {
  const { search, notes, area } = tools;
  const hasFound = () => search.open && search.count > 0;
  const { viewport, selection } = run;
  const { network, inspector, lanes } = application.panes;
  const rows = (axis: RowAxis) => ({
    act: () => (viewport.axis = axis),
    enabled: () => run.detail.rows[axis].length > 0,
  });
  const columns = (mode: ColumnMode) => ({
    act: () => (viewport.mode = mode),
    enabled: () => run.scope !== undefined,
  });
  /** The iteration so many places on, where there is one. */
  const beside = (places: number) => {
    const at = run.iterations.findIndex(({ iteration }) => iteration === run.scope?.iteration);
    return at === -1 ? undefined : run.iterations[at + places];
  };
  const iteration = (places: number) => ({
    act: () => {
      const found = beside(places);
      if (found !== undefined) void run.showScope({ iteration: found.iteration });
    },
    enabled: () => beside(places) !== undefined,
  });
  const pictures = Object.fromEntries(
    FIGURE_VIEWS.flatMap((view) =>
      FIGURE_FORMATS.map((format) => [
        `save-${view}-${format}`,
        { act: () => figures.save(view, format), enabled: () => figures.available.includes(view) },
      ]),
    ),
  );
  return {
    ...pictures,
    "save-picture": { act: () => (figures.choosing = true), enabled: () => figures.available.length > 0 },
    "rows-ranks": rows("rank"),
    "rows-stages": rows("stage"),
    "rows-lanes": rows("lane"),
    "columns-time": columns("time"),
    "columns-steps": columns("steps"),
    "columns-batches": columns("batches"),
    "pane-network": () => network.toggle(),
    "pane-lanes": () => lanes.toggle(),
    "pane-inspector": () => inspector.toggle(),
    "next-iteration": iteration(1),
    "previous-iteration": iteration(-1),
    search: () => (search.open = true),
    "search-next": { act: () => void search.step("next"), enabled: hasFound },
    "search-previous": { act: () => void search.step("previous"), enabled: hasFound },
    note: () => notes.begin(area.current),
    notes: () => tools.toggle("notes"),
    sql: () => tools.toggle("sql"),
    copy: () => {
      // Text that is marked on the page is copied by the browser.
      if (getSelection()?.toString() !== "") return DECLINED;
      if (area.current !== undefined) return copyText(area.text);
      if (selection.current === undefined) return DECLINED;
      return selectionText(run, selection.current).then(copyText, (error: unknown) => run.tell(error));
    },
    clear: () => {
      if (!tools.dismiss()) selection.clear();
    },
  };
}
