/**
 * From clock lines between pairs of files to one clock for all: the lines make a graph; each file follows the path to the
 * reference on which the errors add up to least. The reference of a connected part is the file that the others are nearest to
 * on the whole (the medoid at both ends of the run), so that a few wrong clocks move to the many right ones.
 */
import type { ClockLine } from "./clock-line.ts";

/** `line` says what the clock of `to` shows more than that of `from`. */
export interface ClockLink {
  readonly from: number;
  readonly to: number;
  readonly line: ClockLine;
}

/** What a file's clock shows more than the reference's. */
export interface SolvedClock extends ClockLine {
  readonly reference: number;
}

/**
 * @param halfNs half the length of the run: lines are compared at both ends of it
 * @returns by file; undefined for one without any link
 */
export function solveClocks(
  count: number,
  links: readonly ClockLink[],
  halfNs: number,
): readonly (SolvedClock | undefined)[] {
  const linksOf = Array.from({ length: count }, (): ClockLink[] => []);
  for (const link of links) {
    linksOf[link.from].push(link);
    linksOf[link.to].push({ from: link.to, to: link.from, line: reverse(link.line) });
  }
  const solved: (SolvedClock | undefined)[] = new Array<undefined>(count).fill(undefined);
  for (let file = 0; file < count; file++) {
    if (linksOf[file].length === 0 || solved[file] !== undefined) continue;
    const fromFirst = followLinks(file, linksOf);
    const reference = chooseReference(fromFirst, halfNs);
    for (const [member, line] of followLinks(reference, linksOf)) solved[member] = { ...line, reference };
  }
  return solved;
}

const reverse = ({ offsetNs, drift, withinNs }: ClockLine): ClockLine => ({
  offsetNs: -offsetNs,
  drift: -drift,
  withinNs,
});

/** Lines from one file to all that it is linked with, along the paths of least error (Dijkstra). */
function followLinks(start: number, linksOf: readonly (readonly ClockLink[])[]): ReadonlyMap<number, ClockLine> {
  const done = new Map<number, ClockLine>();
  const open = new Map<number, ClockLine>([[start, { offsetNs: 0, drift: 0, withinNs: 0 }]]);
  while (open.size > 0) {
    const [file, line] = [...open].reduce((best, next) => (next[1].withinNs < best[1].withinNs ? next : best));
    open.delete(file);
    done.set(file, line);
    for (const link of linksOf[file]) {
      if (done.has(link.to)) continue;
      const next = {
        offsetNs: line.offsetNs + link.line.offsetNs,
        drift: line.drift + link.line.drift,
        withinNs: line.withinNs + link.line.withinNs,
      };
      const known = open.get(link.to);
      if (known === undefined || next.withinNs < known.withinNs) open.set(link.to, next);
    }
  }
  return done;
}

function chooseReference(lines: ReadonlyMap<number, ClockLine>, halfNs: number): number {
  const ends = [...lines].map(([file, { offsetNs, drift }]) => ({
    file,
    first: offsetNs - drift * halfNs,
    last: offsetNs + drift * halfNs,
  }));
  const distance = ({ first, last }: { first: number; last: number }) =>
    ends.reduce((sum, other) => sum + Math.abs(other.first - first) + Math.abs(other.last - last), 0);
  // Equally good ones stand in the order of the files.
  const ranked = ends.map((end) => ({ file: end.file, distance: distance(end) })).toSorted((a, b) => a.file - b.file);
  return ranked.reduce((best, next) => (next.distance < best.distance ? next : best)).file;
}
