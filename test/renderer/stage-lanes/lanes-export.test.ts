/** The stage view as a picture: its boxes in the time on screen; of too much time a part, and it says so. */
import { expect, test } from "vitest";

import type { SpanWindow } from "#common/api.ts";
import { stageId } from "#common/ids.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { OpenRun } from "../../../renderer/state/open-run.svelte.ts";
import { drawStageLanes } from "../../../renderer/views/stage-lanes/lanes-export.ts";
import { findOutside, parseSvg, rectsOf, textsOf } from "../../common/figure/parse-svg.ts";

const BATCH_NS = 1_000;
const CONV = "#8457c9";

/** Each stage computes batch b for half of 1 µs from b + stage µs on. */
function runOf({ batches, visible }: { batches: number; visible: { fromNs: number; toNs: number } }): OpenRun {
  const readStageSpans = ({ fromNs, toNs, fromStage, toStage, limit }: Record<string, number>): Promise<SpanWindow> => {
    const found: { stage: number; batch: number; start: number }[] = [];
    for (let batch = 0; batch < batches && found.length <= limit; batch += 1) {
      for (let stage = fromStage; stage < toStage; stage += 1) {
        const start = (batch + stage) * BATCH_NS;
        if (start < toNs && start + BATCH_NS / 2 > fromNs) found.push({ stage, batch, start });
      }
    }
    const truncated = found.length > limit;
    const kept = found.slice(0, limit);
    const columns = createSpanColumns(kept.length);
    for (const [i, { stage, batch, start }] of kept.entries()) {
      columns.stage[i] = stage;
      columns.batch[i] = batch;
      columns.start[i] = start;
      columns.duration[i] = BATCH_NS / 2;
      columns.phase[i] = phaseCode("compute");
      columns.pass[i] = passCode("forward");
    }
    return Promise.resolve({ ids: Float64Array.from(kept.keys()), columns, names: [], truncated });
  };
  const stages = [0, 1, 2].map((ordinal) => ({ id: stageId(ordinal), ordinal, name: `${ordinal} <conv>`, op: "conv" }));
  return {
    detail: { id: 1, run: { name: "lanes" }, stages },
    stages,
    passes: ["forward"],
    scope: { iteration: 0, replica: 0 },
    scopeWindow: { fromNs: 0, toNs: batches * BATCH_NS },
    pipelineReport: undefined,
    viewport: { ...visible, range: visible },
    client: { readStageSpans },
  } as unknown as OpenRun;
}

const boxesOf = (svg: string) => rectsOf(parseSvg(svg), CONV).filter(({ height }) => height > 12);

test("the boxes of the chosen stages that are on screen are drawn, with links and intervals", async () => {
  const run = runOf({ batches: 100, visible: { fromNs: 10 * BATCH_NS, toNs: 20 * BATCH_NS } });
  const { svg } = await drawStageLanes(run, { shown: [0, 1], theme: "light" });
  const parsed = parseSvg(svg);
  expect(findOutside(parsed)).toEqual([]);
  expect(boxesOf(svg)).toHaveLength(20);
  const texts = textsOf(parsed);
  expect(texts.some((text) => text.includes("stages 0–1 of 3") && text.includes("10.00 µs to 20.00 µs"))).toBe(true);
  expect(texts.filter((text) => text.startsWith("II 1.000 µs, set by compute"))).toHaveLength(2);
  for (const part of ["link", "bracket"]) {
    expect(parsed.elements.some(({ attributes }) => attributes["data-part"] === part)).toBe(true);
  }
});

test("of more time than batches can be told apart in, a part is drawn, and the picture says so", async () => {
  const run = runOf({ batches: 100_000, visible: { fromNs: 0, toNs: 50_000 * BATCH_NS } });
  const { svg } = await drawStageLanes(run, { shown: [0, 1], theme: "light" });
  expect(boxesOf(svg).length).toBeGreaterThan(5);
  expect(boxesOf(svg).every(({ width }) => width > 10)).toBe(true);
  expect(textsOf(parseSvg(svg)).join(" ")).toContain("a part of the 50.00 ms on screen");
});

test("stages that do nothing in the time on screen are empty lanes with the reason", async () => {
  const run = runOf({ batches: 10, visible: { fromNs: 500 * BATCH_NS, toNs: 600 * BATCH_NS } });
  const { svg } = await drawStageLanes(run, { shown: [2], theme: "dark" });
  expect(boxesOf(svg)).toEqual([]);
  expect(textsOf(parseSvg(svg)).join(" ")).toContain("do nothing in the time on screen");
});
