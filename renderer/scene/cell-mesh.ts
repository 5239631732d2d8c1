/**
 * One draw call: quads that show cells of one texture, whose texels are colours. Knows neither tiles nor time.
 */
import { Buffer, BufferUsage, Geometry, GlProgram, Shader, State, UniformGroup } from "pixi.js";
import type { TextureSource } from "pixi.js";

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

const FLOATS_PER_QUAD = 24;
const STRIDE_BYTES = 16;

export class CellMesh {
  readonly call: DrawCall;
  readonly #buffer: Buffer;
  readonly #uniforms: UniformGroup;

  constructor(cells: TextureSource) {
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
    this.#uniforms = new UniformGroup({ uViewPx: { value: new Float32Array([1, 1]), type: "vec2<f32>" } });
    const shader = new Shader({
      glProgram: GlProgram.from({ name: "cells", vertex: CELL_VERTEX, fragment: CELL_FRAGMENT }),
      resources: { uCells: cells, cellUniforms: this.#uniforms },
    });
    const state = State.for2d();
    state.blend = false;
    this.call = { geometry, shader, state, isEmpty: true };
  }

  set cells(cells: TextureSource) {
    this.call.shader.resources["uCells"] = cells;
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
