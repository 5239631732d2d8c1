/**
 * Pans and zooms the wavefront on screen by its own keys and wheel, and times every frame that it draws, uploads included,
 * with the GPU's work finished. Of a comparison a frame is that of all its wavefronts. Runs inside the page, hence needs
 * everything in one function.
 */

/** @returns the milliseconds of each frame */
export function timePaints({ milliseconds }: { milliseconds: number }): Promise<number[]> {
  const plot = document.querySelector<HTMLElement>("[role=application]");
  const drawing = [...document.querySelectorAll<HTMLCanvasElement>("[role=application] canvas")]
    .map((canvas) => canvas.getContext("webgl2"))
    .filter((gl) => gl !== null);
  if (!plot || drawing.length === 0) throw new Error("the page draws no wavefront");
  const times: number[] = [];
  const pixel = new Uint8Array(4);
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  const box = plot.getBoundingClientRect();
  const turn = (init: WheelEventInit) =>
    plot.dispatchEvent(
      new WheelEvent("wheel", {
        bubbles: true,
        cancelable: true,
        clientX: box.left + box.width / 2,
        clientY: box.top + box.height / 2,
        ...init,
      }),
    );
  const finish = () => {
    for (const gl of drawing) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  };
  let drawn = 0;
  let drawCalls = 0;
  const restore = drawing.map((gl) => {
    const drawElements = gl.drawElements.bind(gl);
    const drawArrays = gl.drawArrays.bind(gl);
    gl.drawElements = (...args) => {
      drawCalls++;
      drawElements(...args);
    };
    gl.drawArrays = (...args) => {
      drawCalls++;
      drawArrays(...args);
    };
    return () => Object.assign(gl, { drawElements, drawArrays });
  });
  let lastFrame: number | undefined;
  // Of all that asks for a frame while this runs, only what draws on these canvases is the wavefronts' painting.
  globalThis.requestAnimationFrame = (callback) =>
    request((now) => {
      // What the browser still composes of the frame before is not this frame's.
      finish();
      const callsBefore = drawCalls;
      const before = performance.now();
      callback(now);
      if (drawCalls === callsBefore) return;
      finish();
      const milliseconds = performance.now() - before;
      if (lastFrame === now) times[times.length - 1] += milliseconds;
      else times.push(milliseconds);
      lastFrame = now;
    });
  return new Promise((resolve) => {
    const until = performance.now() + milliseconds;
    const step = () => {
      if (performance.now() >= until) {
        globalThis.requestAnimationFrame = request;
        for (const undo of restore) undo();
        resolve(times.slice(10));
        return;
      }
      // In, along, out, back: over and over, so that all levels are met.
      const phase = Math.floor(drawn++ / 24) % 4;
      if (phase === 0) turn({ deltaY: -30 });
      else if (phase === 2) turn({ deltaY: 30 });
      else turn({ deltaX: phase === 1 ? 40 : -40 });
      request(() => request(step));
    };
    step();
  });
}
