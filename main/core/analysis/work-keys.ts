/**
 * Finds the spans of a scope by what they work on: (position along the chain, batch, direction) as one integer, and a table
 * from such integers to numbers that is a plain array wherever the scope is dense, as pipelines are.
 *
 * Directions: forward runs up the chain, backward (and input-grad) down it; weight-grad hands nothing on.
 */
import { NONE } from "#common/ids.ts";
import { PASSES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import type { Places } from "./input.ts";

export const FORWARD = 0;
export const BACKWARD = 1;
const WEIGHT_GRAD = 2;
const DIRECTIONS = 3;

/** Direction of a pass, by its code. */
export const DIRECTION_OF_PASS = Uint8Array.from(PASSES, (pass) =>
  pass === "none" || pass === "forward" ? FORWARD : pass === "weight-grad" ? WEIGHT_GRAD : BACKWARD,
);

/** Tables of fewer entries than this are arrays in any case. */
const ALWAYS_DENSE = 1 << 16;
/** Entries a span that an array may have. */
const SPARSEST = 16;

export interface WorkKeys {
  /** NONE when the position or the batch is outside the scope. */
  keyOf(position: number, batch: number, direction: number): number;
  /** A table from keys to numbers, NONE at first. */
  createTable(): KeyTable;
}

export interface KeyTable {
  get(key: number): number;
  set(key: number, value: number): void;
}

/** @param lists all spans that will be looked up: they say which batches there are */
export function createWorkKeys(
  { batch }: SpanColumns,
  { places, lists }: { places: Places; lists: readonly Int32Array[] },
): WorkKeys {
  let first = Infinity;
  let last = -Infinity;
  let count = 0;
  for (const list of lists) {
    count += list.length;
    for (let at = 0; at < list.length; at += 1) {
      const of = batch[list[at]];
      if (of === NONE) continue;
      if (of < first) first = of;
      if (of > last) last = of;
    }
  }
  const batches = last < first ? 0 : last - first + 1;
  // A hand-over lies on a boundary between stages, of which there is one more than stages.
  const positions = places.stageOrdinal.length + 1;
  const entries = positions * batches * DIRECTIONS;
  const isDense = entries <= Math.max(ALWAYS_DENSE, SPARSEST * count);
  return {
    keyOf(position, ofBatch, direction) {
      if (position < 0 || position >= positions || !(ofBatch >= first && ofBatch <= last)) return NONE;
      return (position * batches + ofBatch - first) * DIRECTIONS + direction;
    },
    createTable: () => (isDense ? createArrayTable(entries) : createMapTable()),
  };
}

function createArrayTable(entries: number): KeyTable {
  const values = new Int32Array(entries).fill(NONE);
  return {
    get: (key) => values[key],
    set: (key, value) => {
      values[key] = value;
    },
  };
}

function createMapTable(): KeyTable {
  const values = new Map<number, number>();
  return {
    get: (key) => values.get(key) ?? NONE,
    set: (key, value) => {
      values.set(key, value);
    },
  };
}
