/** What the plot does when it is asked by key or from the palette: numbers of moves and zooms, nothing of keys. */
import { DECLINED } from "../../state/actions.svelte.ts";
import type { Provision } from "../../state/actions.svelte.ts";
import type { PlotPointer } from "./plot-pointer.svelte.ts";
import type { WavefrontModel } from "./wavefront-model.svelte.ts";

const KEY_ZOOM = 1.35;
/** Part of the width of the plot. */
const KEY_SHARE = 0.12;
const FAST = 4;
const PAGE_ROWS = 16;

type Press = Pick<KeyboardEvent, "shiftKey">;

/** Part of the width that a press moves by. */
const share = (event?: Press): number => (event?.shiftKey === true ? KEY_SHARE * FAST : KEY_SHARE);
const rowsOf = (event?: Press): number => (event?.shiftKey === true ? FAST : 1);

/** To be provided as long as the plot is the one that takes the keys. */
export function plotActions(model: WavefrontModel, pointer: PlotPointer): Provision {
  const { viewport, selection } = model;
  const hasSpan = () => selection.current?.kind === "span";
  return {
    "zoom-in": () => viewport.zoomAt({ ns: pointer.centreNs, factor: KEY_ZOOM }),
    "zoom-out": () => viewport.zoomAt({ ns: pointer.centreNs, factor: 1 / KEY_ZOOM }),
    "move-left": (event) => viewport.panBy({ ns: -share(event) * viewport.widthNs }),
    "move-right": (event) => viewport.panBy({ ns: share(event) * viewport.widthNs }),
    "fit-selection": () => model.fitSelection(),
    "fit-all": () => viewport.fitAll(),
    "zoom-back": { act: () => viewport.back(), enabled: () => viewport.canGoBack },
    "zoom-forward": { act: () => viewport.forward(), enabled: () => viewport.canGoForward },
    "scroll-up": (event) => model.scrollBy(-rowsOf(event)),
    "scroll-down": (event) => model.scrollBy(rowsOf(event)),
    "page-up": () => model.scrollBy(-PAGE_ROWS),
    "page-down": () => model.scrollBy(PAGE_ROWS),
    "span-before": { act: () => void pointer.step("previous"), enabled: hasSpan },
    "span-after": { act: () => void pointer.step("next"), enabled: hasSpan },
    ruler: () => pointer.toggleRuler(),
    clear: () => (pointer.dropRuler() ? undefined : DECLINED),
  };
}
