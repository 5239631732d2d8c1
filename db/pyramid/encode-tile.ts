/**
 * A tile to and from bytes: its arrays one after the other, rows that do not exist left out, batches as what they exceed the
 * lowest one by, numbers over a byte in byte planes; zstd level 1 over all. Pure.
 *
 * Head of 8 bytes: rows, flags, bytes of a batch, 0, lowest batch (uint32, little-endian).
 */
import { NO_BATCH, NO_STAGE, TILE_BINS } from "#common/tile.ts";
import type { Tile } from "#common/tile.ts";

import { compress, DamagedColumnError, decompressUpTo } from "../columns/integers.ts";
import { createBlankTile } from "./level-cells.ts";

const HEAD_BYTES = 8;
const HAS_ELSEWHERE = 1;
const WIDE_STAGES = 2;
const WIDE_COUNTS = 4;
/** "No stage" in one byte. */
const NO_STAGE_BYTE = 0xff;

let scratch = new Uint8Array(0);

/** @param rows of the tile that exist, 1 to TILE_ROWS */
export function encodeTile(tile: Tile, rows: number): Uint8Array {
  const cells = rows * TILE_BINS;
  let hasElsewhere = false;
  let wideStages = false;
  let wideCounts = false;
  let lowest = NO_BATCH;
  let highest = 0;
  for (let cell = 0; cell < cells; cell++) {
    if (tile.elsewhere[cell] !== 0) hasElsewhere = true;
    const stage = tile.stage[cell];
    if (stage >= NO_STAGE_BYTE && stage !== NO_STAGE) wideStages = true;
    if (tile.count[cell] > 0xff) wideCounts = true;
    const batch = tile.batch[cell];
    if (batch === NO_BATCH) continue;
    if (batch < lowest) lowest = batch;
    if (batch > highest) highest = batch;
  }
  // 0 is "none", hence the 1.
  const range = lowest === NO_BATCH ? 0 : highest - lowest + 1;
  const batchBytes = range === 0 ? 0 : range <= 0xff ? 1 : range <= 0xffff ? 2 : 4;
  const planes = 4 + Number(hasElsewhere) + Number(wideStages) + Number(wideCounts) + batchBytes;
  if (scratch.length < HEAD_BYTES + planes * cells) scratch = new Uint8Array(HEAD_BYTES + 12 * cells);
  const bytes = scratch.subarray(0, HEAD_BYTES + planes * cells);
  const flags = (hasElsewhere ? HAS_ELSEWHERE : 0) | (wideStages ? WIDE_STAGES : 0) | (wideCounts ? WIDE_COUNTS : 0);
  bytes.set([rows, flags, batchBytes, 0]);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(4, lowest, true);
  let at = HEAD_BYTES;
  const next = (): Uint8Array => bytes.subarray(at, (at += cells));
  next().set(tile.coverage.subarray(0, cells));
  if (hasElsewhere) next().set(tile.elsewhere.subarray(0, cells));
  next().set(tile.kind.subarray(0, cells));
  splitNumbers(tile.stage, wideStages ? [next(), next()] : [next()]);
  splitNumbers(tile.count, wideCounts ? [next(), next()] : [next()]);
  for (let plane = 0; plane < batchBytes; plane++) {
    const to = next();
    for (let cell = 0; cell < cells; cell++) {
      const batch = tile.batch[cell];
      to[cell] = batch === NO_BATCH ? 0 : (batch - lowest + 1) >>> (8 * plane);
    }
  }
  return compress(bytes);
}

function splitNumbers(numbers: Uint16Array, planes: readonly Uint8Array[]): void {
  planes.forEach((plane, k) => {
    for (let cell = 0; cell < plane.length; cell++) plane[cell] = numbers[cell] >>> (8 * k);
  });
}

/** @throws DamagedColumnError */
export function decodeTile(stored: Uint8Array, rows: number): Tile {
  const cells = rows * TILE_BINS;
  const bytes = decompressUpTo(stored, HEAD_BYTES + 12 * cells);
  if (bytes.length < HEAD_BYTES || bytes[0] !== rows) throw new DamagedColumnError("a tile has other rows");
  const [, flags, batchBytes] = bytes;
  const lowest = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const isSet = (flag: number): boolean => (flags & flag) !== 0;
  const planes =
    4 + Number(isSet(HAS_ELSEWHERE)) + Number(isSet(WIDE_STAGES)) + Number(isSet(WIDE_COUNTS)) + batchBytes;
  if (bytes.length !== HEAD_BYTES + planes * cells) throw new DamagedColumnError("a tile has another size");
  let at = HEAD_BYTES;
  const next = (): Uint8Array => bytes.subarray(at, (at += cells));
  const tile = createBlankTile();
  tile.coverage.set(next());
  if (isSet(HAS_ELSEWHERE)) tile.elsewhere.set(next());
  tile.kind.set(next());
  const stageLow = next();
  if (isSet(WIDE_STAGES)) {
    const stageHigh = next();
    for (let cell = 0; cell < cells; cell++) tile.stage[cell] = stageLow[cell] | (stageHigh[cell] << 8);
  } else {
    for (let cell = 0; cell < cells; cell++) if (stageLow[cell] !== NO_STAGE_BYTE) tile.stage[cell] = stageLow[cell];
  }
  tile.count.set(next());
  if (isSet(WIDE_COUNTS)) {
    const countHigh = next();
    for (let cell = 0; cell < cells; cell++) tile.count[cell] |= countHigh[cell] << 8;
  }
  if (batchBytes > 0) {
    const above = new Uint32Array(cells);
    for (let plane = 0; plane < batchBytes; plane++) {
      const from = next();
      for (let cell = 0; cell < cells; cell++) above[cell] |= from[cell] << (8 * plane);
    }
    for (let cell = 0; cell < cells; cell++) if (above[cell] > 0) tile.batch[cell] = lowest + above[cell] - 1;
  }
  return tile;
}
