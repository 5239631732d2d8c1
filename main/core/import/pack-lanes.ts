/**
 * Nesting: gives every span its depth, and moves spans that partly overlap another one of their lane to sub-lanes, so that
 * within a lane spans nest or follow each other and never cross. No span is dropped or cut.
 *
 * A span goes to the first of its lane and the lane's sub-lanes where it fits. Deeper than 255 is a sub-lane, too: a depth is
 * one byte.
 */

const DEEPEST = 255;

export interface Packing {
  /** By place in the order: sub-lane (0 is the lane itself) and depth. */
  readonly subLane: Uint16Array;
  readonly depth: Uint8Array;
  /** By raw lane: sub-lanes in use, 1 when nothing had to be moved. */
  readonly subLanes: Int32Array;
  /** Spans in sub-lanes other than 0. */
  readonly moved: number;
}

/** Ends of the spans that are open at the moment, outermost first, one stack a sub-lane. */
type Stacks = number[][];

/**
 * @param rows in canonical order by raw lane; reordered in place where moving changed the order of spans that start together
 */
export function packLanes(
  rows: Uint32Array,
  {
    start,
    duration,
    lane,
    laneCount,
  }: { start: Float64Array; duration: Float64Array; lane: Int32Array; laneCount: number },
): Packing {
  const subLane = new Uint16Array(rows.length);
  const depth = new Uint8Array(rows.length);
  const subLanes = new Int32Array(laneCount).fill(1);
  const stacks: Stacks[] = Array.from({ length: laneCount }, () => [[]]);
  let moved = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    const from = start[row];
    const to = from + duration[row];
    const ofLane = stacks[lane[row]];
    let sub = 0;
    let isPlaced = false;
    for (; sub < ofLane.length; sub++) {
      const stack = ofLane[sub];
      while (stack.length > 0 && stack[stack.length - 1] <= from) stack.pop();
      if (stack.length === 0 || (to <= stack[stack.length - 1] && stack.length <= DEEPEST)) {
        depth[place] = stack.length;
        stack.push(to);
        isPlaced = true;
        break;
      }
    }
    if (!isPlaced) {
      if (sub > 0xffff) throw new RangeError("more than 65,536 spans cross each other at one moment");
      ofLane.push([to]);
      subLanes[lane[row]] = ofLane.length;
    }
    subLane[place] = sub;
    if (sub > 0) moved++;
  }
  if (moved > 0) orderTies(rows, { start, lane, subLane, depth });
  return { subLane, depth, subLanes, moved };
}

/** Spans of one lane that start together must follow their sub-lanes. */
function orderTies(
  rows: Uint32Array,
  { start, lane, subLane, depth }: { start: Float64Array; lane: Int32Array; subLane: Uint16Array; depth: Uint8Array },
): void {
  for (let place = 1; place < rows.length; place++) {
    const row = rows[place];
    const sub = subLane[place];
    const nesting = depth[place];
    let to = place;
    while (to > 0 && subLane[to - 1] > sub && start[rows[to - 1]] === start[row] && lane[rows[to - 1]] === lane[row]) {
      rows[to] = rows[to - 1];
      subLane[to] = subLane[to - 1];
      depth[to] = depth[to - 1];
      to--;
    }
    rows[to] = row;
    subLane[to] = sub;
    depth[to] = nesting;
  }
}
