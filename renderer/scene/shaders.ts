/**
 * The programs of the scene, in GLSL ES 3.00: coloured cells, lines between them, glyphs of numbers.
 *
 * Vertices are in device pixels. Cells are sampled without a filter, one texel a pixel, so that an idle cell is exactly the
 * idle colour at every zoom and tiles have no seams. The fragment program of the cells is all that a frame costs: a single
 * lookup, by `texture`, which software renderers do faster than `texelFetch`. Looking the colour up in a palette and mixing
 * it here would cost them nearly twice as much, every pixel of every frame; it is done once a cell instead (palette.ts).
 */

export const CELL_VERTEX = `#version 300 es
in vec2 aPosition;
in vec2 aTexel;
out vec2 vTexel;
uniform vec2 uViewPx;
void main() {
  vTexel = aTexel;
  gl_Position = vec4(aPosition.x / uViewPx.x * 2.0 - 1.0, 1.0 - aPosition.y / uViewPx.y * 2.0, 0.0, 1.0);
}
`;

export const CELL_FRAGMENT = `#version 300 es
precision highp float;
in vec2 vTexel;
out vec4 finalColor;
uniform sampler2D uCells;
void main() {
  finalColor = texture(uCells, vTexel);
}
`;

export const LINE_VERTEX = `#version 300 es
in vec2 aPosition;
uniform vec2 uViewPx;
void main() {
  gl_Position = vec4(aPosition.x / uViewPx.x * 2.0 - 1.0, 1.0 - aPosition.y / uViewPx.y * 2.0, 0.0, 1.0);
}
`;

export const LINE_FRAGMENT = `#version 300 es
precision highp float;
out vec4 finalColor;
uniform vec3 uLine;
void main() {
  finalColor = vec4(uLine, 1.0);
}
`;

export const GLYPH_VERTEX = `#version 300 es
in vec2 aPosition;
in vec2 aTexel;
in float aLight;
out vec2 vTexel;
out float vLight;
uniform vec2 uViewPx;
void main() {
  vTexel = aTexel;
  vLight = aLight;
  gl_Position = vec4(aPosition.x / uViewPx.x * 2.0 - 1.0, 1.0 - aPosition.y / uViewPx.y * 2.0, 0.0, 1.0);
}
`;

/** Premultiplied alpha. uDark and uLight are the two colours of text. */
export const GLYPH_FRAGMENT = `#version 300 es
precision highp float;
in vec2 vTexel;
in float vLight;
out vec4 finalColor;
uniform sampler2D uGlyphs;
uniform vec3 uDark;
uniform vec3 uLight;
void main() {
  float alpha = texelFetch(uGlyphs, ivec2(floor(vTexel)), 0).a;
  finalColor = vec4((vLight > 0.5 ? uLight : uDark) * alpha, alpha);
}
`;
