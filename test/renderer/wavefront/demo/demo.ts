/**
 * The wavefront alone, on made-up runs, for looking at it and for browser tests: `?run=figure|training|lanes&axis=…&mode=steps
 * &theme=dark&delay=200`. Served by Vite from test/renderer/wavefront/demo; nothing of it ships.
 */
import { mount } from "svelte";

import type { RunReport } from "#common/report.ts";
import { ROW_AXES } from "#common/tile.ts";
import { Selection } from "../../../../renderer/state/selection.svelte.ts";
import { Viewport } from "../../../../renderer/state/viewport.svelte.ts";
import "../../../../renderer/theme/theme.css";
import { theme } from "../../../../renderer/theme/theme.svelte.ts";
import Wavefront from "../../../../renderer/views/wavefront/Wavefront.svelte";
import { demoReport } from "./demo-report.ts";
import { figureRun, trainingRun } from "../fake-pipelines.ts";
import { fakeClient } from "../fake-run.ts";
import { manyLanesRun } from "./many-lanes.ts";

const parameters = new URLSearchParams(location.search);
theme.start();
if (parameters.get("theme") === "dark") theme.choose("dark");
else theme.choose("light");

const kind = parameters.get("run") ?? "figure";
const made =
  kind === "lanes"
    ? manyLanesRun({ lanes: Number(parameters.get("lanes") ?? 1_024) })
    : kind === "training"
      ? { run: trainingRun(), client: undefined }
      : {
          run: figureRun({
            batches: Number(parameters.get("batches") ?? 40),
            baseNs: parameters.has("base") ? Number(parameters.get("base")) : undefined,
          }),
          client: undefined,
        };
const { detail } = made.run;
const client = made.client ?? fakeClient(made.run, { delayMs: Number(parameters.get("delay") ?? 0) });
const report: RunReport | undefined = made.client === undefined ? demoReport(made.run) : undefined;

const { startNs = 0, endNs = 1 } = detail.run.extent ?? {};
const viewport = new Viewport({ bounds: { fromNs: startNs, toNs: endNs } });
viewport.axis = ROW_AXES.find((axis) => axis === parameters.get("axis")) ?? "rank";
viewport.mode = parameters.get("mode") === "steps" ? "steps" : "time";
if (parameters.has("rowHeight")) viewport.rowHeightPx = Number(parameters.get("rowHeight"));
const from = parameters.get("from");
const to = parameters.get("to");
if (from !== null && to !== null) viewport.restore({ fromNs: Number(from), toNs: Number(to) });
else if (report !== undefined) {
  const margin = report.makespanNs * 0.015;
  viewport.restore({ fromNs: report.windowStartNs - margin, toNs: report.windowStartNs + report.makespanNs + margin });
}
const selection = new Selection();
Object.assign(globalThis, { demo: { viewport, selection, theme, run: made.run } });

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app element");
mount(Wavefront, { target, props: { client, detail, report, viewport, selection } });
