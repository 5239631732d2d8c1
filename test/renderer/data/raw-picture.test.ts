/** The picture of raw spans over pages and rows, against brute force: coverage and the pale tint of every pixel. */
import { expect, test } from "vitest";

import { NO_STAGE, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import { opOfStage } from "../../../renderer/data/cell-key.ts";
import { RawPicture } from "../../../renderer/data/raw-picture.ts";
import { RowIndex } from "../../../renderer/data/row-index.ts";
import { clientTileSource } from "../../../renderer/data/tile-source.ts";
import { trainingRun } from "../wavefront/fake-pipelines.ts";
import { bruteTile, fakeClient } from "../wavefront/fake-run.ts";

test("pixels of stage rows say the same as tiles of that width, over the seams of pages", async () => {
  const run = trainingRun({ iterations: 1, replicas: 2 });
  const { detail } = run;
  const source = clientTileSource({ client: fakeClient(run), detail });
  const { signal } = new AbortController();
  const { baseNs } = detail.levels;
  // One texel of the tile a pixel; the pages are cut elsewhere than at pixels.
  const rowCount = detail.rows.stage.length;
  const scale = { fromNs: 0, toNs: baseNs * TILE_BINS, widthPx: TILE_BINS };
  const cuts = [0, 0.31, 0.77, 1].map((share) => share * scale.toNs);
  const partsOf = (axis: "stage" | "rank") =>
    Promise.all(
      [0, 1, 2].map(async (i) => {
        const marginNs = baseNs * 2;
        const range = { fromNs: cuts[i], toNs: cuts[i + 1] };
        const page = await source.readWindow(
          { axis, rowBlock: 0, fromNs: range.fromNs - marginNs, toNs: range.toNs + marginNs },
          signal,
        );
        return { page, rowBlock: 0, ...range };
      }),
    );
  const picture = new RawPicture();
  const filled = picture.draw({
    parts: await partsOf("stage"),
    rankParts: await partsOf("rank"),
    scale,
    fromRow: 0,
    toRow: rowCount,
    ops: opOfStage(detail.stages),
    rows: detail.rows.stage,
    rankIndex: new RowIndex({ axis: "rank", rows: detail.rows.rank, stages: detail.stages }),
  });
  expect(filled.map(({ toPx, fromPx }) => toPx - fromPx).reduce((a, b) => a + b)).toBe(TILE_BINS);

  const tile = bruteTile(run, { axis: "stage", level: 0, rowBlock: 0, column: 0 });
  expect(rowCount).toBeLessThanOrEqual(TILE_ROWS);
  let busy = 0;
  for (let row = 0; row < rowCount; row++) {
    for (let px = 0; px < TILE_BINS; px++) {
      const cell = row * TILE_BINS + px;
      const texel = cell * 4;
      expect(Math.abs(picture.texels[texel] - tile.coverage[cell])).toBeLessThanOrEqual(1);
      expect(Math.abs(picture.texels[texel + 1] - tile.elsewhere[cell])).toBeLessThanOrEqual(1);
      for (const exact of [0, 255]) {
        expect(picture.texels[texel] === exact).toBe(tile.coverage[cell] === exact);
        expect(picture.texels[texel + 1] === exact).toBe(tile.elsewhere[cell] === exact);
      }
      if (tile.stage[cell] !== NO_STAGE) busy += 1;
    }
  }
  expect(busy).toBeGreaterThan(100);
});
