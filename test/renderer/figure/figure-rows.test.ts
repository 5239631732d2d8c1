/**
 * Rows of a figure against brute force over all spans of a run: as spans, as bins of raw spans, and as bins of tiles, each
 * row is busy where its spans are, in the colour of their op, and its rank is busy elsewhere where it is.
 */
import { expect, test } from "vitest";

import type { FigureRow } from "#common/figure/wavefront-figure.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import { TILE_BINS } from "#common/tile.ts";
import type { RowAxis } from "#common/tile.ts";
import { readFigureRows } from "../../../renderer/figure/figure-rows.ts";
import type { FigureRows } from "../../../renderer/figure/figure-rows.ts";
import { trainingRun } from "../wavefront/fake-pipelines.ts";
import { fakeClient, fakeRun, unionNs } from "../wavefront/fake-run.ts";
import type { FakeRun } from "../wavefront/fake-run.ts";

const PARTS = 40;

/** The run with finest bins of that width: wide ones leave the raw spans to be drawn, narrow ones tiles. */
function withBase(run: FakeRun, baseNs: number): FakeRun {
  const { detail } = run;
  let count = 1;
  while (baseNs * TILE_BINS * 2 ** (count - 1) < (detail.run.extent?.endNs ?? 0)) count += 1;
  return { ...run, detail: { ...detail, levels: { baseNs, count } } };
}

async function readRows(
  run: FakeRun,
  view: { axis: RowAxis; fromNs: number; toNs: number; fromRow?: number; toRow?: number; widthPx?: number },
): Promise<FigureRows> {
  return readFigureRows(
    { client: fakeClient(run), detail: run.detail },
    { originNs: 0, widthPx: 900, theme: "light", ...view },
  );
}

/** Busy ns of a row within a part of time, as it is drawn. */
const drawnNs = (
  { from, to, share }: Pick<FigureRow, "from" | "to" | "share">,
  part: { fromNs: number; toNs: number },
) =>
  from.reduce((sum, start, i) => {
    const ns = Math.min(to[i] ?? 0, part.toNs) - Math.max(start, part.fromNs);
    return sum + Math.max(0, ns) * (share[i] ?? 0);
  }, 0);

const NOTHING = { from: new Float64Array(), to: new Float64Array(), share: new Float64Array() };

/** Intervals of the spans that fill a row. */
function spansOf({ detail, columns }: FakeRun, { axis, row }: { axis: RowAxis; row: number }) {
  const { lanes, stage } = detail.rows[axis][row] ?? { lanes: [] };
  return Array.from(columns.start.keys()).flatMap((i) => {
    const isOwn =
      lanes.includes((columns.lane[i] ?? -1) as (typeof lanes)[number]) &&
      (axis === "lane" || columns.phase[i] === PHASE_COMPUTE) &&
      (axis !== "stage" || columns.stage[i] === stage);
    const start = columns.start[i] ?? 0;
    return isOwn ? [[start, start + (columns.duration[i] ?? 0)] as const] : [];
  });
}

/** Every part of every row is as busy as brute force says, but for what rounding to bins moves over the part's edges. */
function expectBusy(
  run: FakeRun,
  rows: FigureRows,
  { axis, fromNs, toNs }: { axis: RowAxis; fromNs: number; toNs: number },
) {
  const slackNs = 2 * (rows.binNs ?? 0) + 1;
  let busy = 0;
  for (const [row, drawn] of rows.rows.entries()) {
    const spans = spansOf(run, { axis, row });
    for (let part = 0; part < PARTS; part += 1) {
      const at = (i: number) => fromNs + ((toNs - fromNs) * i) / PARTS;
      const range = { fromNs: at(part), toNs: at(part + 1) };
      const wanted = unionNs(spans, range);
      busy += wanted;
      expect(Math.abs(drawnNs(drawn, range) - wanted), `row ${row}, part ${part}`).toBeLessThan(
        slackNs + 0.02 * (range.toNs - range.fromNs),
      );
    }
  }
  expect(busy).toBeGreaterThan(0);
}

const windowOf = ({ detail }: FakeRun) => ({ fromNs: 0, toNs: detail.run.extent?.endNs ?? 0 });

test.each(["rank", "stage", "lane"] as const)("few spans on rows of %ss are drawn one by one", async (axis) => {
  const run = withBase(trainingRun({ iterations: 1, replicas: 1 }), 1e9);
  const view = { axis, ...windowOf(run) };
  const rows = await readRows(run, view);
  expect(rows.binNs).toBeUndefined();
  expectBusy(run, rows, view);
  expect(rows.rows.some(({ number }) => number?.some((value) => value >= 0))).toBe(true);
});

test.each(["rank", "stage"] as const)("many spans on rows of %ss are bins of tiles", async (axis) => {
  const run = withBase(trainingRun({ iterations: 2, replicas: 1 }), 1_000);
  const view = { axis, ...windowOf(run) };
  const rows = await readRows(run, view);
  expect(rows.binNs).toBeGreaterThan(0);
  expect(rows.rows.every(({ number }) => number === undefined)).toBe(true);
  expectBusy(run, rows, view);
});

test("more spans on screen than can be told apart are bins, also where there are no tiles for them", async () => {
  const spans = Array.from({ length: 24_000 }, (_, i) => ({
    lane: i % 2,
    startNs: Math.floor(i / 2) * 100 + (i % 2) * 30,
    durationNs: 60,
    stage: i % 2,
    batch: Math.floor(i / 2),
    pass: "forward" as const,
    phase: "compute" as const,
  }));
  const lanes = [0, 1].map((rank) => ({ replica: 0, rank, label: `rank ${rank}` }));
  const run = fakeRun({ name: "dense", ops: ["conv", "res"], rankOfStage: [0, 1], lanes, spans, baseNs: 1e6 });
  const view = { axis: "rank" as const, ...windowOf(run) };
  const rows = await readRows(run, view);
  expect(rows.binNs).toBeGreaterThan(0);
  expectBusy(run, rows, view);
  const pieces = rows.rows.reduce((sum, { from }) => sum + from.length, 0);
  expect(pieces).toBeLessThan(2 * 2_000);
});

test("on rows of stages the tint lies where the rank computes another stage", async () => {
  const run = withBase(trainingRun({ iterations: 1, replicas: 1 }), 1e9);
  const view = { axis: "stage" as const, ...windowOf(run) };
  const { rows } = await readRows(run, view);
  for (const [row, { elsewhere }] of rows.entries()) {
    const { rank } = run.detail.rows.stage[row] ?? {};
    const rankRow = run.detail.rows.rank.findIndex((other) => other.rank === rank);
    const ofRank = spansOf(run, { axis: "rank", row: rankRow });
    // Gaps that nobody sees are joined over.
    const drawn = drawnNs(elsewhere ?? NOTHING, view);
    const wanted = unionNs(ofRank, view);
    expect(drawn).toBeGreaterThanOrEqual(wanted);
    expect(drawn / wanted).toBeLessThan(1.005);
  }
});

test("rows, time and origin are those that are asked for", async () => {
  const run = withBase(trainingRun({ iterations: 1, replicas: 1 }), 1e9);
  const { toNs } = windowOf(run);
  const all = await readRows(run, { axis: "stage", fromNs: 0, toNs });
  const part = await readFigureRows(
    { client: fakeClient(run), detail: run.detail },
    {
      axis: "stage",
      fromNs: toNs / 4,
      toNs: toNs / 2,
      originNs: toNs / 4,
      fromRow: 3,
      toRow: 6,
      widthPx: 900,
      theme: "dark",
    },
  );
  expect(part.rows.map(({ label }) => label)).toEqual(all.rows.slice(3, 6).map(({ label }) => label));
  for (const { from, to } of part.rows) {
    expect(Math.min(0, ...from)).toBe(0);
    expect(Math.max(0, ...to)).toBeLessThanOrEqual(toNs / 4);
  }
});

test("more rows than lines share them, and the line says which", async () => {
  const count = 1_200;
  const lanes = Array.from({ length: count }, (_, rank) => ({ replica: 0, rank, label: `rank ${rank}` }));
  const spans = lanes.map((_, rank) => ({
    lane: rank,
    startNs: rank * 10,
    durationNs: 1_000,
    stage: 0,
    batch: 0,
    pass: "forward" as const,
    phase: "compute" as const,
  }));
  const run = fakeRun({ name: "wide", ops: ["conv"], lanes, spans, baseNs: 100 });
  const { rows, rowsPerLine } = await readRows(run, { axis: "rank", ...windowOf(run) });
  expect(rowsPerLine).toBe(4);
  expect(rows).toHaveLength(300);
  expect(rows[1]?.label).toBe("rank 4 – rank 7");
});
