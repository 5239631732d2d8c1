/** What a texel says. */
import { expect, test } from "vitest";

import { OPS, PASSES, PHASES } from "#common/model.ts";
import { NO_STAGE, TILE_BINS, TILE_ROWS } from "#common/tile.ts";
import { cellKey, meaningOfKey, opOfStage, packTile, withEdge } from "../../../renderer/data/cell-key.ts";

const STAGES = OPS.map((op, ordinal) => ({ op, ordinal }));

test("a key says op, pass and phase of every kind of work, and nothing is confused", () => {
  const ops = opOfStage(STAGES);
  const seen = new Set<number>();
  for (const [stage, op] of OPS.entries()) {
    for (const [pass] of PASSES.entries()) {
      for (const [phase] of PHASES.entries()) {
        const key = cellKey({ ops, stage, kind: pass * 16 + phase });
        seen.add(key);
        expect(meaningOfKey(key)).toEqual({
          op,
          pass: PASSES[pass],
          phase: PHASES[phase],
          edge: false,
          hue: stage,
        });
        expect(meaningOfKey(withEdge(key))?.edge).toBe(true);
      }
    }
  }
  expect(seen.size).toBe(OPS.length * PASSES.length * PHASES.length);
});

test("work without a stage, or of a stage that nobody declared, is of another op", () => {
  const ops = opOfStage(STAGES.slice(0, 2));
  expect(meaningOfKey(cellKey({ ops, stage: NO_STAGE, kind: 0 }))?.op).toBe("other");
  expect(meaningOfKey(cellKey({ ops, stage: 77, kind: 0 }))?.op).toBe("other");
});

test("an idle cell packs to nothing, whatever else the tile says of it", () => {
  const cells = TILE_ROWS * TILE_BINS;
  const tile = {
    coverage: new Uint8Array(cells),
    elsewhere: new Uint8Array(cells),
    stage: new Uint16Array(cells).fill(3),
    kind: new Uint8Array(cells).fill(18),
    batch: new Uint32Array(cells),
    count: new Uint16Array(cells),
  };
  tile.coverage[5] = 200;
  tile.elsewhere[6] = 9;
  const into = new Uint8Array((cells + 10) * 4);
  packTile(tile, { ops: opOfStage(STAGES), into, offset: 10 });
  const texel = (i: number) => [...into.subarray((10 + i) * 4, (10 + i) * 4 + 4)];
  expect(texel(4)).toEqual([0, 0, 0, 0]);
  expect(texel(6)).toEqual([0, 9, 0, 0]);
  const key = cellKey({ ops: opOfStage(STAGES), stage: 3, kind: 18 });
  expect(texel(5)).toEqual([200, 0, key & 255, key >> 8]);
});
