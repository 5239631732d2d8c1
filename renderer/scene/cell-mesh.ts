/**
 * One draw call: quads that show cells of one texture through the palette. Knows neither tiles nor time.
 */
import { Buffer, BufferUsage, Geometry, GlProgram, Shader, State, UniformGroup } from "pixi.js";
import type { TextureSource } from "pixi.js";

import type { Rgb } from "#common/colours.ts";
import { CELL_FRAGMENT, CELL_VERTEX } from "./shaders.ts";

/** A rectangle in device pixels that shows a rectangle of texels, of a texture that many texels wide and high. */
export interface CellQuad {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly u0: number;
  readonly v0: number;
  readonly u1: number;
  readonly v1: number;
}

/** Width and height. */
export type PixelSize = readonly [number, number];

/** What the renderer is given for one call; skipped while there is nothing in it. */
export interface DrawCall {
  readonly geometry: Geometry;
  readonly shader: Shader;
  readonly state: State;
  isEmpty: boolean;
}

export interface CellColours {
  readonly idle: Rgb;
  readonly elsewhere: Rgb;
}

const FLOATS_PER_QUAD = 24;
const STRIDE_BYTES = 16;

export class CellMesh {
  readonly call: DrawCall;
  readonly #buffer: Buffer;
  readonly #uniforms: UniformGroup;

  constructor({ cells, palette }: { cells: TextureSource; palette: TextureSource }) {
    this.#buffer = new Buffer({
      data: new Float32Array(FLOATS_PER_QUAD),
      usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
    });
    const buffer = this.#buffer;
    const geometry = new Geometry({
      attributes: {
        aPosition: { buffer, format: "float32x2", stride: STRIDE_BYTES, offset: 0 },
        aTexel: { buffer, format: "float32x2", stride: STRIDE_BYTES, offset: 8 },
      },
    });
    this.#uniforms = new UniformGroup({
      uViewPx: { value: new Float32Array([1, 1]), type: "vec2<f32>" },
      uIdle: { value: new Float32Array(3), type: "vec3<f32>" },
      uElsewhere: { value: new Float32Array(3), type: "vec3<f32>" },
    });
    const shader = new Shader({
      glProgram: GlProgram.from({ name: "cells", vertex: CELL_VERTEX, fragment: CELL_FRAGMENT }),
      resources: { uCells: cells, uPalette: palette, cellUniforms: this.#uniforms },
    });
    const state = State.for2d();
    state.blend = false;
    this.call = { geometry, shader, state, isEmpty: true };
  }

  set cells(cells: TextureSource) {
    this.call.shader.resources["uCells"] = cells;
  }

  setColours({ idle, elsewhere }: CellColours): void {
    const uIdle = channels(idle);
    const uElsewhere = channels(elsewhere).map((value, i) => value - uIdle[i]);
    Object.assign(this.#uniforms.uniforms, { uIdle, uElsewhere });
  }

  setQuads(quads: readonly CellQuad[], { viewPx, texturePx }: { viewPx: PixelSize; texturePx: PixelSize }): void {
    this.call.isEmpty = quads.length === 0;
    if (quads.length === 0) return;
    const data = new Float32Array(quads.length * FLOATS_PER_QUAD);
    const [width, height] = texturePx;
    let at = 0;
    for (const { x0, y0, x1, y1, ...texels } of quads) {
      const [u0, v0, u1, v1] = [texels.u0 / width, texels.v0 / height, texels.u1 / width, texels.v1 / height];
      data.set([x0, y0, u0, v0, x1, y0, u1, v0, x0, y1, u0, v1], at);
      data.set([x0, y1, u0, v1, x1, y0, u1, v0, x1, y1, u1, v1], at + FLOATS_PER_QUAD / 2);
      at += FLOATS_PER_QUAD;
    }
    this.#buffer.data = data;
    Object.assign(this.#uniforms.uniforms, { uViewPx: new Float32Array(viewPx) });
  }

  destroy(): void {
    this.call.geometry.destroy();
    this.call.shader.destroy();
  }
}

/** 0…1 each. */
export function channels(colour: Rgb): Float32Array {
  return new Float32Array([colour >> 16, (colour >> 8) & 0xff, colour & 0xff].map((value) => value / 255));
}
