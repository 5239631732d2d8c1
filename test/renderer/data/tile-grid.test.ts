/** Which tiles cover a window. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import { ancestor, children, tileRange, tilesInWindow, widenWindow } from "../../../renderer/data/tile-grid.ts";

test("the tiles of a window are exactly those that touch it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -1e8, max: 1e8 }).map((n) => n / 1_000),
      fc.integer({ min: 1_000, max: 1e8 }).map((n) => n / 1_000),
      fc.nat(200),
      fc.integer({ min: 1, max: 200 }),
      (baseNs, level, fromNs, widthNs, fromRow, rows) => {
        const window = { fromNs, toNs: fromNs + widthNs, fromRow, toRow: fromRow + rows };
        const keys = tilesInWindow({ axis: "lane", level, baseNs, window });
        const tileNs = baseNs * 2 ** level * TILE_BINS;
        const touches = (column: number, rowBlock: number) =>
          (column + 1) * tileNs > window.fromNs &&
          column * tileNs < window.toNs &&
          (rowBlock + 1) * TILE_ROWS > window.fromRow &&
          rowBlock * TILE_ROWS < window.toRow;
        expect(keys.every(({ column, rowBlock }) => touches(column, rowBlock))).toBe(true);
        let expected = 0;
        const middle = Math.floor(fromNs / tileNs);
        const reach = Math.ceil(widthNs / tileNs) + 2;
        for (let column = middle - reach; column <= middle + reach; column++) {
          for (let rowBlock = 0; rowBlock < 8; rowBlock++) if (touches(column, rowBlock)) expected += 1;
        }
        expect(keys.length).toBe(expected);
      },
    ),
  );
});

test("a tile lies within its ancestors and is covered by its children", () => {
  const key = { axis: "rank", level: 3, rowBlock: 0, column: -5 } as const;
  const range = tileRange(key, 10);
  const above = tileRange(ancestor(key, 2), 10);
  expect(above.fromNs).toBeLessThanOrEqual(range.fromNs);
  expect(above.toNs).toBeGreaterThanOrEqual(range.toNs);
  const [left, right] = children(key).map((child) => tileRange(child, 10));
  expect([left.fromNs, left.toNs, right.toNs]).toEqual([range.fromNs, right.fromNs, range.toNs]);
});

test("three screens are fetched, as far as the run goes", () => {
  const window = { fromNs: 100, toNs: 200, fromRow: 0, toRow: 4 };
  expect(widenWindow(window, { fromNs: 50, toNs: 1_000 })).toEqual({ fromNs: 50, toNs: 300, fromRow: 0, toRow: 4 });
});
