/**
 * What is no tile, with a texture of its own: the picture of raw spans, drawn anew every frame, or the cells of a grid, which
 * stay.
 */
import { BufferImageSource } from "pixi.js";

import { TILE_ROWS } from "#common/tile.ts";
import { TEXEL_BYTES } from "../data/cell-key.ts";
import { CellMesh } from "./cell-mesh.ts";
import type { CellQuad, DrawCall, PixelSize } from "./cell-mesh.ts";
import { colourTexels } from "./palette.ts";
import type { Palette } from "./palette.ts";

/** Lines of cells, row by row; there may be more behind them. */
interface Picture {
  readonly texels: Uint8Array;
  readonly widthPx: number;
  readonly rowCount: number;
}

export class PictureMesh {
  readonly #mesh: CellMesh;
  #source = textureOf({ width: 1, height: 1 });
  #held: { readonly texels: Uint8Array; readonly palette: Palette } | undefined;

  constructor() {
    this.#mesh = new CellMesh(this.#source);
  }

  get call(): DrawCall {
    return this.#mesh.call;
  }

  setQuads(quads: readonly CellQuad[], viewPx: PixelSize): void {
    this.#mesh.setQuads(quads, { viewPx, texturePx: [this.#source.width, this.#source.height] });
  }

  /** Puts the cells, coloured, into the texture, which grows to the greatest size it was asked for. */
  upload({ texels, widthPx, rowCount }: Picture, palette: Palette): void {
    this.#held = undefined;
    const before = this.#source;
    if (before.width !== widthPx || before.height < rowCount) {
      this.#source = textureOf({ width: widthPx, height: Math.max(TILE_ROWS, rowCount) });
      this.#mesh.cells = this.#source;
      before.destroy();
    }
    const length = widthPx * rowCount;
    const into = this.#source.resource as Uint8Array;
    colourTexels(texels.subarray(0, length * TEXEL_BYTES), { palette, into });
    this.#source.update(0, length);
  }

  /** The same for cells that are never changed: nothing is done while they and the palette are those of the last time. */
  uploadOnce(picture: Picture, palette: Palette): void {
    if (this.#held?.texels === picture.texels && this.#held.palette === palette) return;
    this.upload(picture, palette);
    this.#held = { texels: picture.texels, palette };
  }

  forget(): void {
    this.#held = undefined;
  }

  destroy(): void {
    this.#mesh.destroy();
    this.#source.destroy();
  }
}

function textureOf({ width, height }: { width: number; height: number }): BufferImageSource {
  return new BufferImageSource({
    resource: new Uint8Array(width * height * TEXEL_BYTES),
    width,
    height,
    format: "rgba8unorm",
    alphaMode: "no-premultiply-alpha",
    scaleMode: "nearest",
  });
}
