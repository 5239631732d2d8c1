/**
 * One draw call for all numbers in cells: digits as quads from a small texture of glyphs, drawn once per size.
 *
 * Quads sit on whole device pixels and take one texel each, so that digits are as crisp as the browser draws them. Digits
 * only: cells carry numbers, everything else on screen is text of the page.
 */
import { Buffer, BufferImageSource, BufferUsage, Geometry, GlProgram, Shader, State, UniformGroup } from "pixi.js";

import type { CellLabel } from "../data/cell-labels.ts";
import { textColourOn } from "#common/colours.ts";
import type { DrawCall } from "./cell-mesh.ts";
import type { Palette } from "./palette.ts";
import { channels, colourOfKey } from "./palette.ts";
import { GLYPH_FRAGMENT, GLYPH_VERTEX } from "./shaders.ts";

const FLOATS_PER_QUAD = 30;
const STRIDE_BYTES = 20;
const LIGHT = 0xffffff;
const DARK = 0x16181d;

/** Size of a digit's box in device pixels: all digits are equally wide. */
export interface DigitSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

export class NumberMesh {
  readonly call: DrawCall;
  #digit: DigitSize = { widthPx: 1, heightPx: 1 };
  /** Glyphs by size: a zoom meets a handful of sizes again and again. */
  readonly #bySize = new Map<number, { readonly source: BufferImageSource; readonly digit: DigitSize }>();
  readonly #fontFamily: string;
  readonly #buffer: Buffer;
  readonly #uniforms: UniformGroup;

  constructor({ fontFamily }: { fontFamily: string }) {
    this.#fontFamily = fontFamily;
    this.#buffer = new Buffer({
      data: new Float32Array(FLOATS_PER_QUAD),
      usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
    });
    const buffer = this.#buffer;
    const geometry = new Geometry({
      attributes: {
        aPosition: { buffer, format: "float32x2", stride: STRIDE_BYTES, offset: 0 },
        aTexel: { buffer, format: "float32x2", stride: STRIDE_BYTES, offset: 8 },
        aLight: { buffer, format: "float32", stride: STRIDE_BYTES, offset: 16 },
      },
    });
    this.#uniforms = new UniformGroup({
      uViewPx: { value: new Float32Array([1, 1]), type: "vec2<f32>" },
      uDark: { value: channels(DARK), type: "vec3<f32>" },
      uLight: { value: channels(LIGHT), type: "vec3<f32>" },
    });
    const shader = new Shader({
      glProgram: GlProgram.from({ name: "numbers", vertex: GLYPH_VERTEX, fragment: GLYPH_FRAGMENT }),
      resources: {
        uGlyphs: glyphSource({ data: new Uint8Array(4), width: 1, height: 1 }),
        numberUniforms: this.#uniforms,
      },
    });
    this.call = { geometry, shader, state: State.for2d(), isEmpty: true };
  }

  /** Takes digits of that size, drawn the first time they are asked for; gives a digit's box. */
  setFontSize(fontPx: number): DigitSize {
    let sized = this.#bySize.get(fontPx);
    if (sized === undefined) {
      sized = drawDigits({ fontPx, fontFamily: this.#fontFamily });
      this.#bySize.set(fontPx, sized);
    }
    this.#digit = sized.digit;
    this.call.shader.resources["uGlyphs"] = sized.source;
    return sized.digit;
  }

  setNumbers(labels: readonly CellLabel[], { viewPx, palette }: { viewPx: [number, number]; palette: Palette }): void {
    this.call.isEmpty = labels.length === 0;
    if (labels.length === 0) return;
    const { widthPx, heightPx } = this.#digit;
    const digits = labels.reduce((sum, { number }) => sum + String(number).length, 0);
    const data = new Float32Array(digits * FLOATS_PER_QUAD);
    const lightOf = new Map<number, number>();
    let at = 0;
    for (const { xPx, yPx, number, key } of labels) {
      let light = lightOf.get(key);
      if (light === undefined) {
        light = textColourOn(colourOfKey(palette, key)) === LIGHT ? 1 : 0;
        lightOf.set(key, light);
      }
      const text = String(number);
      const y0 = Math.round(yPx - heightPx / 2);
      const y1 = y0 + heightPx;
      let x0 = Math.round(xPx - (text.length * widthPx) / 2);
      for (const digit of text) {
        const u0 = Number(digit) * widthPx;
        const u1 = u0 + widthPx;
        const x1 = x0 + widthPx;
        data.set([x0, y0, u0, 0, light, x1, y0, u1, 0, light, x0, y1, u0, heightPx, light], at);
        data.set(
          [x0, y1, u0, heightPx, light, x1, y0, u1, 0, light, x1, y1, u1, heightPx, light],
          at + FLOATS_PER_QUAD / 2,
        );
        at += FLOATS_PER_QUAD;
        x0 = x1;
      }
    }
    this.#buffer.data = data;
    Object.assign(this.#uniforms.uniforms, { uViewPx: new Float32Array(viewPx) });
  }

  destroy(): void {
    this.call.geometry.destroy();
    this.call.shader.destroy();
    for (const { source } of this.#bySize.values()) source.destroy();
  }
}

/** The ten digits side by side, each in a box as wide as the widest. */
function drawDigits({ fontPx, fontFamily }: { fontPx: number; fontFamily: string }) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("the browser gives no 2D canvas");
  const font = `500 ${fontPx}px ${fontFamily}`;
  context.font = font;
  const widths = Array.from({ length: 10 }, (_, digit) => context.measureText(String(digit)).width);
  const widthPx = Math.ceil(Math.max(...widths) - 0.25);
  const heightPx = Math.ceil(fontPx * 0.76) + 2;
  canvas.width = widthPx * 10;
  canvas.height = heightPx;
  // A canvas that changes its size forgets its font.
  context.font = font;
  context.fillStyle = "#fff";
  context.textAlign = "center";
  for (let digit = 0; digit < 10; digit++) context.fillText(String(digit), (digit + 0.5) * widthPx, heightPx - 1);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { source: glyphSource({ data: new Uint8Array(data.buffer), width, height }), digit: { widthPx, heightPx } };
}

function glyphSource({ data, width, height }: { data: Uint8Array; width: number; height: number }): BufferImageSource {
  return new BufferImageSource({
    resource: data,
    width,
    height,
    format: "rgba8unorm",
    alphaMode: "no-premultiply-alpha",
    scaleMode: "nearest",
  });
}
