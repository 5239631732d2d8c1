/** Raw spans to pixels, against a union computed pixel by pixel from all spans. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { NO_STAGE, quantiseCoverage } from "#common/tile.ts";
import { cellKey, meaningOfKey, opOfStage, withName } from "../../../renderer/data/cell-key.ts";
import { quantiseShare, RowRaster } from "../../../renderer/data/rasterise.ts";
import { buildRawPage } from "../../../renderer/data/raw-page.ts";
import { RowIndex } from "../../../renderer/data/row-index.ts";
import { fakeRun, unionNs } from "../wavefront/fake-run.ts";
import type { FakeSpan } from "../wavefront/fake-run.ts";

const OPS = ["conv", "pool", "res", "fc"] as const;

/** A page with the spans of one lane. */
function pageOf(spans: readonly FakeSpan[]) {
  const { detail, columns } = fakeRun({ name: "t", ops: OPS, lanes: [{ replica: 0, rank: 0, label: "a" }], spans });
  const index = new RowIndex({ axis: "lane", rows: detail.rows.lane, stages: detail.stages });
  const window = { ids: Float64Array.from(columns.lane, (_, i) => i), columns, names: [], truncated: false };
  return { page: buildRawPage(window, { index, rowBlock: 0, fromNs: 0, toNs: 1e9 }), ops: opOfStage(detail.stages) };
}

const anySpan = fc.record({
  startNs: fc.nat(2_000),
  durationNs: fc.nat(300),
  stage: fc.option(fc.nat(3), { nil: undefined }),
  backward: fc.boolean(),
});

const spanOf = ({
  startNs,
  durationNs,
  stage,
  backward,
}: {
  startNs: number;
  durationNs: number;
  stage: number | undefined;
  backward: boolean;
}): FakeSpan => ({
  lane: 0,
  startNs,
  durationNs,
  ...(stage === undefined ? {} : { stage }),
  pass: backward ? "backward" : "forward",
  phase: "compute",
});

test("coverage of every pixel is the union of the spans in it, at any zoom", () => {
  fc.assert(
    fc.property(
      fc.array(anySpan, { minLength: 1, maxLength: 60 }),
      fc.double({ min: -200, max: 1_800, noNaN: true }),
      fc.double({ min: 20, max: 2_500, noNaN: true }),
      (made, fromNs, widthNs) => {
        const spans = made.map(spanOf);
        const { page, ops } = pageOf(spans);
        const scale = { fromNs, toNs: fromNs + widthNs, widthPx: 97 };
        const raster = new RowRaster(97);
        raster.draw({ page, row: 0, scale, fromPx: 0, toPx: 97, ops });
        const intervals = spans.map(({ startNs, durationNs }) => [startNs, startNs + durationNs] as const);
        for (let px = 0; px < 97; px++) {
          const range = { fromNs: fromNs + (px * widthNs) / 97, toNs: fromNs + ((px + 1) * widthNs) / 97 };
          const share = unionNs(intervals, range) / (range.toNs - range.fromNs);
          expect(raster.covered[px]).toBeCloseTo(share, 7);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("with bins of whole ns, idle is exactly 0, full exactly 255 and the rest as in tiles", () => {
  fc.assert(
    fc.property(fc.array(anySpan, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (made, pxNs) => {
      const spans = made.map(spanOf);
      const { page, ops } = pageOf(spans);
      const raster = new RowRaster(64);
      raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 64 * pxNs, widthPx: 64 }, fromPx: 0, toPx: 64, ops });
      const intervals = spans.map(({ startNs, durationNs }) => [startNs, startNs + durationNs] as const);
      for (let px = 0; px < 64; px++) {
        const covered = unionNs(intervals, { fromNs: px * pxNs, toNs: (px + 1) * pxNs });
        const exact = quantiseCoverage({ covered, width: pxNs });
        const drawn = quantiseShare(raster.covered[px]);
        if (exact === 0 || exact === 255) expect(drawn).toBe(exact);
        // A share on the edge between two steps may round either way.
        else expect(Math.abs(drawn - exact)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 300 },
  );
});

test("a pixel has the colour of the longest share, and any stage comes before none", () => {
  const { page, ops } = pageOf([
    { lane: 0, startNs: 0, durationNs: 100, pass: "none", phase: "none" },
    { lane: 0, startNs: 0, durationNs: 6, stage: 1, pass: "forward", phase: "compute" },
    { lane: 0, startNs: 6, durationNs: 4, stage: 2, pass: "forward", phase: "compute" },
    { lane: 0, startNs: 40, durationNs: 1, stage: 3, pass: "forward", phase: "compute" },
  ]);
  const raster = new RowRaster(10);
  raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 100, widthPx: 10 }, fromPx: 0, toPx: 10, ops, marks: false });
  const op = (px: number) => meaningOfKey(raster.key[px])?.op;
  expect([op(0), op(4), op(5)]).toEqual(["pool", "fc", "other"]);
  expect(raster.key[5]).toBe(withName(cellKey({ ops, stage: NO_STAGE, kind: 0 }), 0));
});

test("a span shows where it begins when it is wide enough", () => {
  const { page, ops } = pageOf([
    { lane: 0, startNs: 20, durationNs: 50, stage: 0, pass: "forward", phase: "compute" },
    { lane: 0, startNs: 70, durationNs: 4, stage: 0, pass: "forward", phase: "compute" },
  ]);
  const raster = new RowRaster(100);
  raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 100, widthPx: 100 }, fromPx: 0, toPx: 100, ops });
  const into = new Uint8Array(400);
  raster.write({ into, offset: 0, fromPx: 0, toPx: 100 });
  const edges = Array.from({ length: 100 }, (_, px) => px).filter(
    (px) => meaningOfKey(into[px * 4 + 2] | (into[px * 4 + 3] << 8))?.edge,
  );
  expect(edges).toEqual([20]);
});

test("what a page does not reach is left as it was", () => {
  const { page, ops } = pageOf([{ lane: 0, startNs: 0, durationNs: 100, stage: 0, pass: "forward", phase: "compute" }]);
  const raster = new RowRaster(10);
  const into = new Uint8Array(40).fill(7);
  raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 100, widthPx: 10 }, fromPx: 2, toPx: 5, ops });
  raster.write({ into, offset: 0, fromPx: 2, toPx: 5 });
  expect([into[4], into[8], into[16], into[20]]).toEqual([7, 255, 255, 7]);
});

test("elsewhere is what the rank does beyond the row's own work", () => {
  const { page, ops } = pageOf([{ lane: 0, startNs: 0, durationNs: 15, stage: 0, pass: "forward", phase: "compute" }]);
  const raster = new RowRaster(3);
  const into = new Uint8Array(12);
  raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 30, widthPx: 3 }, fromPx: 0, toPx: 3, ops });
  raster.write({ into, offset: 0, fromPx: 0, toPx: 3, elsewhere: Float64Array.of(1, 1, 1) });
  expect([0, 1, 2].map((px) => [into[px * 4], into[px * 4 + 1]])).toEqual([
    [255, 0],
    [128, 128],
    [0, 255],
  ]);
});

test("without stages the innermost span gives the colour, however long the one around it", () => {
  const { page, ops } = pageOf([
    { lane: 0, startNs: 0, durationNs: 100, depth: 0, pass: "none", phase: "none" },
    { lane: 0, startNs: 42, durationNs: 1, depth: 1, pass: "none", phase: "none" },
  ]);
  page.name.set([3, 5]);
  const raster = new RowRaster(10);
  raster.draw({ page, row: 0, scale: { fromNs: 0, toNs: 100, widthPx: 10 }, fromPx: 0, toPx: 10, ops, marks: false });
  const hues = [3, 4, 5].map((px) => meaningOfKey(raster.key[px])?.hue);
  expect(hues).toEqual([4, 6, 4]);
});
