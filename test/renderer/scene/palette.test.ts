/** The colour map: exact at both ends, told apart in between, equal to the shader's arithmetic by construction. */
import { expect, test } from "vitest";

import { OPS, PASSES } from "#common/model.ts";
import { NO_STAGE } from "#common/tile.ts";
import { cellKey, opOfStage, withEdge } from "../../../renderer/data/cell-key.ts";
import { colourOfKey, createPalette, mixCell } from "../../../renderer/scene/palette.ts";
import { contrast, ELSEWHERE_COLOURS, IDLE_COLOURS, workColour } from "#common/colours.ts";

const OPS_OF_STAGES = opOfStage(OPS.map((op, ordinal) => ({ op, ordinal })));
const COMPUTE = 2;
const keyOf = (op: (typeof OPS)[number], pass: (typeof PASSES)[number]) =>
  cellKey({ ops: OPS_OF_STAGES, stage: OPS.indexOf(op), kind: PASSES.indexOf(pass) * 16 + COMPUTE });

for (const theme of ["light", "dark"] as const) {
  const palette = createPalette(theme);

  test(`idle is exactly the paper, elsewhere exactly its tint, full exactly the work's colour (${theme})`, () => {
    for (const op of OPS) {
      for (const pass of ["forward", "backward", "input-grad", "weight-grad"] as const) {
        const key = keyOf(op, pass);
        expect(mixCell(palette, { own: 0, elsewhere: 0, key })).toBe(IDLE_COLOURS[theme]);
        expect(mixCell(palette, { own: 0, elsewhere: 255, key })).toBe(ELSEWHERE_COLOURS[theme]);
        expect(mixCell(palette, { own: 255, elsewhere: 255, key })).toBe(workColour({ op, pass }));
      }
    }
  });

  test(`the least work differs from idle, and a whole idle cell from a hundredth of one (${theme})`, () => {
    for (const op of OPS) {
      const key = keyOf(op, "forward");
      expect(mixCell(palette, { own: 3, elsewhere: 0, key })).not.toBe(IDLE_COLOURS[theme]);
      expect(mixCell(palette, { own: 252, elsewhere: 0, key })).not.toBe(workColour({ op, pass: "forward" }));
    }
  });

  test(`where a span begins shows, and never looks like idle time (${theme})`, () => {
    for (const op of OPS) {
      const key = keyOf(op, "forward");
      expect(colourOfKey(palette, withEdge(key))).not.toBe(colourOfKey(palette, key));
    }
    const white = createPalette("light");
    for (const op of OPS) {
      const edge = colourOfKey(white, withEdge(keyOf(op, "forward")));
      expect(contrast(edge, IDLE_COLOURS.light)).toBeGreaterThan(
        contrast(workColour({ op, pass: "forward" }), 0xffffff),
      );
    }
  });
}

test("both themes have the same colours of work", () => {
  const [light, dark] = [createPalette("light"), createPalette("dark")];
  for (const op of OPS) {
    for (const pass of PASSES) expect(colourOfKey(light, keyOf(op, pass))).toBe(colourOfKey(dark, keyOf(op, pass)));
  }
});

test("work without a stage is grey as the legend says", () => {
  const key = cellKey({ ops: OPS_OF_STAGES, stage: NO_STAGE, kind: 0 });
  expect(colourOfKey(createPalette("light"), key)).toBe(workColour({ op: "other", pass: "none" }));
});
