/** Numbers behind the wheel: how far a turn zooms. No DOM listeners and no state. */

/** Pixels that a wheel turn counts for, whatever unit the browser gives. */
export function wheelPx({ delta, deltaMode, pagePx }: { delta: number; deltaMode: number; pagePx: number }): number {
  const LINE_PX = 16;
  if (deltaMode === 1) return delta * LINE_PX;
  return deltaMode === 2 ? delta * pagePx : delta;
}

/** A notch of a mouse wheel (about 100 px) zooms by a fifth; a pinch, which browsers send with Ctrl, is finer and counts more. */
export function zoomFactor({ px, pinch }: { px: number; pinch: boolean }): number {
  const MOST_PX = 240;
  const bounded = Math.max(-MOST_PX, Math.min(MOST_PX, px));
  return Math.exp(-bounded * (pinch ? 0.01 : 0.0019));
}
