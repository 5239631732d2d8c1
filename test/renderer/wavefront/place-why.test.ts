/** Where bubbles and the critical path are drawn, and the steps along the path. */
import { describe, expect, test } from "vitest";

import type { BubbleColumns, PathColumns } from "#common/explanation.ts";
import { PATH_PHASES } from "#common/explanation.ts";
import type { PathPhase } from "#common/explanation.ts";
import { nextOnPath } from "../../../renderer/state/path-steps.ts";
import { placeBubbles, placePath } from "../../../renderer/views/wavefront/place-why.ts";

const time = { fromNs: 100, toNs: 200, widthPx: 1000 };
const rowScale = { scrollRow: 0, rowHeightPx: 40 };

function bubblesOf(bubbles: readonly (readonly [rank: number, from: number, to: number])[]): BubbleColumns {
  const none = new Int32Array(bubbles.length).fill(-1);
  return {
    length: bubbles.length,
    rank: Int32Array.from(bubbles, ([rank]) => rank),
    from: Float64Array.from(bubbles, ([, from]) => from),
    to: Float64Array.from(bubbles, ([, , to]) => to),
    cause: new Uint8Array(bubbles.length).fill(5),
    awaitedStage: none,
    awaitedBatch: none,
    awaitedPass: new Uint8Array(bubbles.length),
    waitedFor: none,
    next: none,
  };
}

type Piece = readonly [span: number, from: number, to: number, phase?: PathPhase];

function pathOf(pieces: readonly Piece[]): PathColumns {
  const none = new Int32Array(pieces.length);
  return {
    length: pieces.length,
    from: Float64Array.from(pieces, ([, from]) => from),
    to: Float64Array.from(pieces, ([, , to]) => to),
    phase: Uint8Array.from(pieces, ([, , , phase = "compute"]) => PATH_PHASES.indexOf(phase)),
    rank: none,
    span: Int32Array.from(pieces, ([span]) => span),
    lane: none,
    stage: none,
    batch: none,
  };
}

describe("bubbles", () => {
  const rows = new Map([[0, [0, 2]]]);

  test("fill every row of their rank as far as they are on screen, and leave the line between rows", () => {
    const placed = placeBubbles(bubblesOf([[0, 90, 110]]), { rows, time, rowScale, heightPx: 400 });
    expect(placed).toEqual([
      { cause: 5, x: 0, y: 0, width: 100, height: 39 },
      { cause: 5, x: 0, y: 80, width: 100, height: 39 },
    ]);
  });

  test("beside the screen, below it and of ranks without a row are not drawn", () => {
    const bubbles = bubblesOf([
      [0, 0, 100],
      [0, 200, 300],
      [1, 120, 130],
    ]);
    expect(placeBubbles(bubbles, { rows, time, rowScale, heightPx: 400 })).toEqual([]);
    expect(placeBubbles(bubblesOf([[0, 120, 130]]), { rows, time, rowScale, heightPx: 60 })).toHaveLength(1);
  });
});

describe("the critical path", () => {
  const path = pathOf([
    [7, 80, 120],
    [8, 120, 150, "wait"],
    [8, 150, 180, "in"],
    [9, 180, 250],
  ]);

  test("is drawn piece by piece from edge to edge, each with its look", () => {
    const lines = placePath(path, { rows: Int32Array.of(0, 0, 1, -1), time, rowScale });
    expect(lines.map(({ look, x1, x2 }) => [look, x1, x2])).toEqual([
      ["work", -1, 200],
      ["wait", 200, 500],
      ["transfer", 500, 800],
    ]);
    expect(lines[2].y).toBeGreaterThan(lines[1].y);
  });

  test("of a million pieces is no more than two lines a pixel", () => {
    const pieces = Array.from({ length: 100_000 }, (_, i): Piece => [i, 100 + i / 1000, 100 + (i + 1) / 1000]);
    const rows = new Int32Array(pieces.length);
    expect(placePath(pathOf(pieces), { rows, time, rowScale }).length).toBeLessThanOrEqual(2 * time.widthPx);
  });

  test("is walked from span to span: waiting for a span and the span itself are one step", () => {
    expect(nextOnPath(path, { direction: "next", span: 7, atNs: 80 })).toBe(8);
    expect(nextOnPath(path, { direction: "next", span: 8, atNs: 120 })).toBe(9);
    expect(nextOnPath(path, { direction: "previous", span: 9, atNs: 180 })).toBe(8);
    expect(nextOnPath(path, { direction: "previous", span: 8, atNs: 120 })).toBe(7);
    expect(nextOnPath(path, { direction: "next", span: 9, atNs: 180 })).toBeUndefined();
  });

  test("is entered where the selection or the screen is", () => {
    expect(nextOnPath(path, { direction: "next", atNs: 130 })).toBe(8);
    expect(nextOnPath(path, { direction: "previous", atNs: 130 })).toBe(7);
    expect(nextOnPath(path, { direction: "next", span: 55, atNs: 190 })).toBe(9);
  });
});
