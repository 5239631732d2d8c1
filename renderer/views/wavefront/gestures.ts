/**
 * Numbers behind wheel and keys: how far a turn zooms, what a key does. No DOM listeners and no state.
 */

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

export type PlotAction =
  | { readonly kind: "zoom"; readonly factor: number }
  /** Part of the width of the plot, to the right. */
  | { readonly kind: "pan"; readonly share: number }
  /** Rows, downwards. */
  | { readonly kind: "scroll"; readonly rows: number }
  | { readonly kind: "fit-selection" | "fit-all" | "back" | "forward" | "next" | "previous" };

const KEY_ZOOM = 1.35;
const KEY_SHARE = 0.12;
const FAST = 4;

/** What a key does in the plot. Letters work with any layout's case; Ctrl and Meta belong to the browser. */
export function plotAction({
  key,
  shiftKey,
  altKey,
  ctrlKey,
  metaKey,
}: Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey">): PlotAction | undefined {
  if (ctrlKey || metaKey) return undefined;
  if (altKey) {
    if (key === "ArrowLeft") return { kind: "back" };
    return key === "ArrowRight" ? { kind: "forward" } : undefined;
  }
  const share = shiftKey ? KEY_SHARE * FAST : KEY_SHARE;
  const rows = shiftKey ? FAST : 1;
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case "w":
    case "+":
    case "=":
      return { kind: "zoom", factor: KEY_ZOOM };
    case "s":
    case "-":
      return { kind: "zoom", factor: 1 / KEY_ZOOM };
    case "a":
    case "ArrowLeft":
      return { kind: "pan", share: -share };
    case "d":
    case "ArrowRight":
      return { kind: "pan", share };
    case "ArrowUp":
      return { kind: "scroll", rows: -rows };
    case "ArrowDown":
      return { kind: "scroll", rows };
    case "PageUp":
      return { kind: "scroll", rows: -16 };
    case "PageDown":
      return { kind: "scroll", rows: 16 };
    case "f":
      return { kind: "fit-selection" };
    case "0":
    case "Home":
      return { kind: "fit-all" };
    case "[":
      return { kind: "back" };
    case "]":
      return { kind: "forward" };
    case ".":
      return { kind: "next" };
    case ",":
      return { kind: "previous" };
    default:
      return undefined;
  }
}
