/**
 * Pipelines drawn in text: a line a rank, a cell of two characters every 10 ns, the stage's letter and the batch's digit.
 * `a0` is stage 0 working on batch 0 forward, `A0` the same backward, `--` idle. Equal neighbouring cells are one span.
 */
import type { Work } from "./work.ts";

const CELL_NS = 10;

export function readDrawing(drawing: string): Work[] {
  const lines = drawing.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line, rank) => {
    const cells = line.trim().split(/\s+/);
    const work: Work[] = [];
    cells.forEach((cell, at) => {
      if (cell === "--") return;
      const match = /^([a-zA-Z])(\d)$/.exec(cell);
      if (match === null) throw new Error(`not a cell: ${cell}`);
      const [, letter, digit] = match;
      const last = work.at(-1);
      if (last !== undefined && cells[at - 1] === cell) {
        work[work.length - 1] = { ...last, duration: last.duration + CELL_NS };
        return;
      }
      work.push({
        replica: 0,
        rank,
        iteration: -1,
        stage: letter.toLowerCase().charCodeAt(0) - "a".charCodeAt(0),
        batch: Number(digit),
        pass: letter === letter.toLowerCase() ? "forward" : "backward",
        phase: "compute",
        start: at * CELL_NS,
        duration: CELL_NS,
      });
    });
    return work;
  });
}
