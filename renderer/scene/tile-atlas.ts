/**
 * Ready tiles on the GPU: one texture of colours, 256 texels wide, a slot of 64 lines a tile. A tile is coloured and uploaded
 * once a palette; when slots run out the one drawn longest ago is overwritten. The bytes stay here too, so that a lost context is refilled by Pixi itself.
 */
import { BufferImageSource } from "pixi.js";

import { TILE_BINS, TILE_ROWS, tileKeyText } from "#common/tile.ts";
import type { Tile, TileKey } from "#common/tile.ts";
import { packTile, TEXEL_BYTES } from "../data/cell-key.ts";
import type { OpOfStage } from "../data/cell-key.ts";
import { colourTexels } from "./palette.ts";
import type { Palette } from "./palette.ts";

const TEXELS_PER_SLOT = TILE_BINS * TILE_ROWS;

interface Slot {
  readonly index: number;
  key: TileKey | undefined;
  lastDrawn: number;
}

export class TileAtlas {
  /** Told when a tile got or lost its slot. */
  onTile: ((key: TileKey, onGpu: boolean) => void) | undefined;
  readonly source: BufferImageSource;
  readonly #slots: Slot[];
  readonly #slotOf = new Map<string, Slot>();
  readonly #texels = new Uint8Array(TEXELS_PER_SLOT * TEXEL_BYTES);
  #palette: Palette | undefined;
  #frame = 0;

  /** `maxTexturePx`: the greatest side of a texture that the GPU takes. */
  constructor({ maxTexturePx }: { maxTexturePx: number }) {
    const slotCount = Math.floor(Math.min(maxTexturePx, 12_288) / TILE_ROWS);
    this.#slots = Array.from({ length: slotCount }, (_, index) => ({ index, key: undefined, lastDrawn: -1 }));
    this.source = new BufferImageSource({
      resource: new Uint8Array(slotCount * TEXELS_PER_SLOT * TEXEL_BYTES),
      width: TILE_BINS,
      height: slotCount * TILE_ROWS,
      format: "rgba8unorm",
      alphaMode: "no-premultiply-alpha",
      scaleMode: "nearest",
    });
  }

  /** With another palette than before every tile is to be coloured anew. */
  beginFrame(palette: Palette): void {
    this.#frame += 1;
    if (this.#palette !== palette) this.forgetAll();
    this.#palette = palette;
  }

  /** First line of the tile's slot, uploading it if need be; `undefined` when every slot is taken by this very frame. */
  lineOf({ key, tile, ops }: { key: TileKey; tile: Tile; ops: OpOfStage }): number | undefined {
    const text = tileKeyText(key);
    const known = this.#slotOf.get(text);
    if (known !== undefined) {
      known.lastDrawn = this.#frame;
      return known.index * TILE_ROWS;
    }
    const palette = this.#palette;
    if (palette === undefined) return undefined;
    const slot = this.#slots.reduce((oldest, candidate) =>
      candidate.lastDrawn < oldest.lastDrawn ? candidate : oldest,
    );
    if (slot.lastDrawn === this.#frame) return undefined;
    if (slot.key !== undefined) {
      this.#slotOf.delete(tileKeyText(slot.key));
      this.onTile?.(slot.key, false);
    }
    slot.key = key;
    slot.lastDrawn = this.#frame;
    this.#slotOf.set(text, slot);
    const offset = slot.index * TEXELS_PER_SLOT;
    packTile(tile, { ops, into: this.#texels, offset: 0 });
    colourTexels(this.#texels, { palette, into: this.source.resource as Uint8Array, offset });
    this.source.update(offset, offset + TEXELS_PER_SLOT);
    this.onTile?.(key, true);
    return slot.index * TILE_ROWS;
  }

  /** Frees the tile's slot. */
  forget(key: TileKey): void {
    const text = tileKeyText(key);
    const slot = this.#slotOf.get(text);
    if (slot === undefined) return;
    this.#slotOf.delete(text);
    slot.key = undefined;
    slot.lastDrawn = -1;
  }

  forgetAll(): void {
    for (const { key } of [...this.#slotOf.values()]) if (key !== undefined) this.forget(key);
  }

  destroy(): void {
    this.source.destroy();
  }
}
