/**
 * The floor of the technique: a page without anything else that draws one full-screen quad, which samples a 1000 × 1000
 * texture of bytes and looks their colours up in a palette. Runs inside the page, hence needs everything in one function.
 */

/** Draws for some time, a frame an animation frame; gives the milliseconds of each with the GPU's work finished. */
export function drawRawQuad({
  width,
  height,
  milliseconds,
}: {
  width: number;
  height: number;
  milliseconds: number;
}): Promise<number[]> {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  document.body.style.margin = "0";
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("webgl2", { alpha: false, antialias: false });
  if (context === null) throw new Error("this browser offers no WebGL 2");
  const gl = context;
  const compile = (type: number, source: string): WebGLShader => {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    return shader;
  };
  const program = gl.createProgram();
  gl.attachShader(
    program,
    compile(
      gl.VERTEX_SHADER,
      `#version 300 es
      in vec2 at; out vec2 uv; uniform float shift;
      void main() { uv = at * 0.5 + 0.5 + vec2(shift, 0.0); gl_Position = vec4(at, 0.0, 1.0); }`,
    ),
  );
  gl.attachShader(
    program,
    compile(
      gl.FRAGMENT_SHADER,
      `#version 300 es
      precision highp float;
      in vec2 uv; out vec4 colour; uniform sampler2D cells; uniform sampler2D palette;
      void main() { colour = texture(palette, vec2(texture(cells, uv).r, 0.5)); }`,
    ),
  );
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
  const at = gl.getAttribLocation(program, "at");
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
  const upload = (unit: number, format: readonly [number, number], size: readonly [number, number]) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    const bytes = new Uint8Array(size[0] * size[1] * (format[1] === gl.RED ? 1 : 4));
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2_654_435_761) >>> 24;
    gl.texImage2D(gl.TEXTURE_2D, 0, format[0], size[0], size[1], 0, format[1], gl.UNSIGNED_BYTE, bytes);
  };
  upload(0, [gl.R8, gl.RED], [1000, 1000]);
  upload(1, [gl.RGBA8, gl.RGBA], [256, 1]);
  gl.uniform1i(gl.getUniformLocation(program, "cells"), 0);
  gl.uniform1i(gl.getUniformLocation(program, "palette"), 1);
  const shift = gl.getUniformLocation(program, "shift");
  const pixel = new Uint8Array(4);
  const times: number[] = [];
  return new Promise((resolve) => {
    const until = performance.now() + milliseconds;
    const frame = () => {
      // What the browser still composes of the frame before is not this frame's.
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      const before = performance.now();
      gl.uniform1f(shift, (times.length % 100) / 400);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      times.push(performance.now() - before);
      // Every other frame, as the wavefront's keys are pressed: the browser composes in between.
      if (performance.now() < until) requestAnimationFrame(() => requestAnimationFrame(frame));
      else resolve(times.slice(10));
    };
    requestAnimationFrame(frame);
  });
}
