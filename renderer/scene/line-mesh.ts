/** One draw call: rectangles of one colour, the lines between rows and cells. */
import { Buffer, BufferUsage, Geometry, GlProgram, Shader, State, UniformGroup } from "pixi.js";

import type { Rgb } from "#common/colours.ts";
import type { DrawCall, PixelSize } from "./cell-mesh.ts";
import { channels } from "./palette.ts";
import { LINE_FRAGMENT, LINE_VERTEX } from "./shaders.ts";

/** In device pixels. */
export interface Rectangle {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

const FLOATS_PER_RECTANGLE = 12;

export class LineMesh {
  readonly call: DrawCall;
  readonly #buffer: Buffer;
  readonly #uniforms: UniformGroup;

  constructor() {
    this.#buffer = new Buffer({
      data: new Float32Array(FLOATS_PER_RECTANGLE),
      usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
    });
    const geometry = new Geometry({ attributes: { aPosition: { buffer: this.#buffer, format: "float32x2" } } });
    this.#uniforms = new UniformGroup({
      uViewPx: { value: new Float32Array([1, 1]), type: "vec2<f32>" },
      uLine: { value: new Float32Array(3), type: "vec3<f32>" },
    });
    const shader = new Shader({
      glProgram: GlProgram.from({ name: "lines", vertex: LINE_VERTEX, fragment: LINE_FRAGMENT }),
      resources: { lineUniforms: this.#uniforms },
    });
    const state = State.for2d();
    state.blend = false;
    this.call = { geometry, shader, state, isEmpty: true };
  }

  setColour(line: Rgb): void {
    Object.assign(this.#uniforms.uniforms, { uLine: channels(line) });
  }

  setRectangles(rectangles: readonly Rectangle[], { viewPx }: { viewPx: PixelSize }): void {
    this.call.isEmpty = rectangles.length === 0;
    if (rectangles.length === 0) return;
    const data = new Float32Array(rectangles.length * FLOATS_PER_RECTANGLE);
    let at = 0;
    for (const { x0, y0, x1, y1 } of rectangles) {
      data.set([x0, y0, x1, y0, x0, y1, x0, y1, x1, y0, x1, y1], at);
      at += FLOATS_PER_RECTANGLE;
    }
    this.#buffer.data = data;
    Object.assign(this.#uniforms.uniforms, { uViewPx: new Float32Array(viewPx) });
  }

  destroy(): void {
    this.call.geometry.destroy();
    this.call.shader.destroy();
  }
}
