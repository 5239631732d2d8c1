/** The matrix as a picture: what is on screen, cell by cell, and of a large one fewer columns that hide no straggler. */
import { expect, test } from "vitest";

import { stageId } from "#common/ids.ts";
import type { StageMatrix } from "#common/matrix.ts";
import type { OpenRun } from "../../../renderer/state/open-run.svelte.ts";
import { drawMatrix } from "../../../renderer/views/matrix/matrix-export.ts";
import { findOutside, parseSvg, piecesOf, textsOf } from "../../common/figure/parse-svg.ts";

const OVER = "#e2431e";
const STRAGGLER = { row: 7, batch: 1_234 };

/** Every batch of stage r takes 100 + r ns, but one straggler; columns of so many batches hold the greatest. */
function matrixOf({ rows, batches, perColumn }: { rows: number; batches: number; perColumn: number }): StageMatrix {
  const columns = Math.ceil(batches / perColumn);
  const valueNs = Float64Array.from({ length: rows * columns }, (_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return row === STRAGGLER.row && column === Math.floor(STRAGGLER.batch / perColumn) ? 5_000 : 100 + row;
  });
  return {
    scope: { iteration: 3, replica: 0 },
    quantity: "compute",
    pass: "forward",
    rows,
    columns,
    batchesPerColumn: perColumn,
    firstBatch: Int32Array.from({ length: columns }, (_, column) => column * perColumn),
    valueNs,
  } as unknown as StageMatrix;
}

function runOf({ rows, batches }: { rows: number; batches: number }): { run: OpenRun; asked: number[] } {
  const asked: number[] = [];
  const stages = Array.from({ length: rows }, (_, ordinal) => ({
    id: stageId(ordinal),
    ordinal,
    name: `${ordinal} <conv>`,
    op: "conv",
  }));
  const run = {
    detail: { id: 1, run: { name: "large" } },
    stages,
    pipelineReport: undefined,
    client: {
      readMatrix: ({ columns = 2_048 }: { columns?: number }) => {
        asked.push(columns);
        return Promise.resolve(matrixOf({ rows, batches, perColumn: Math.ceil(batches / columns) }));
      },
    },
  } as unknown as OpenRun;
  return { run, asked };
}

const SCALE = { low: 100, high: 200, isLog: false };

test("of more cells than a picture shows, fewer columns are asked for, and the straggler is still there", async () => {
  const size = { rows: 60, batches: 2_000 };
  const { run, asked } = runOf(size);
  const matrix = matrixOf({ ...size, perColumn: 1 });
  const shown = { matrix, from: 1_000.4, to: 2_000, isRelative: false, scale: SCALE };
  const half = parseSvg((await drawMatrix(run, { shown, theme: "light" })).svg);
  expect(asked).toEqual([]);
  expect(textsOf(half).some((text) => text.includes("batches 1,000–1,999"))).toBe(true);
  expect(piecesOf(half, OVER)).toHaveLength(1);

  const all = parseSvg((await drawMatrix(run, { shown: { ...shown, from: 0 }, theme: "light" })).svg);
  expect(asked).toHaveLength(1);
  expect(asked[0] * size.rows).toBeLessThanOrEqual(80_000);
  expect(findOutside(all)).toEqual([]);
  expect(textsOf(all)).toContain("6 <conv>");
  expect(textsOf(all).some((text) => text.includes("a cell is the greatest of 2 batches"))).toBe(true);
  const [over] = piecesOf(all, OVER);
  const others = [...new Set(all.elements.map(({ attributes }) => attributes["fill"]))].flatMap((fill) =>
    fill === undefined ? [] : piecesOf(all, fill),
  );
  const left = Math.min(...others.map(({ x }) => x));
  const right = Math.max(...others.map(({ x, width }) => x + width));
  expect((over.x - left) / (right - left)).toBeCloseTo(STRAGGLER.batch / size.batches, 2);
});

test("a matrix that is not on screen is drawn with the limits that it opens with", async () => {
  const { run, asked } = runOf({ rows: 10, batches: 40 });
  const { svg } = await drawMatrix(run, { shown: undefined, theme: "dark" });
  expect(asked).toEqual([2_048]);
  const texts = textsOf(parseSvg(svg));
  // Without the outermost percent of 400 numbers: the straggler may be among them, or the stage after it.
  expect(texts).toContain("100 ns");
  expect(texts).toContain("109 ns");
});
