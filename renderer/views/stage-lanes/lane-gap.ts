/**
 * Why the stage view shows no box although a run is open, in words with what to do about it: a pane that is empty, or that
 * shows some boxes of many, looks broken. Pure.
 */
import { formatDuration } from "#common/format.ts";
import type { TimeRange } from "../../state/viewport.svelte.ts";
import type { StageBox } from "./stage-boxes.ts";

interface Situation {
  readonly boxes: readonly StageBox[];
  /** Only the longest spans were read. */
  readonly truncated: boolean;
  readonly visible: TimeRange;
  /** Of the plot. */
  readonly widthPx: number;
  /** Mean distance of two batches; absent where it is not known. */
  readonly intervalNs: number | undefined;
  /** Where the stages work, as far as it is known: the compute window. */
  readonly window: TimeRange | undefined;
}

export interface LaneGap {
  readonly text: string;
  readonly remedy?: { readonly title: string; readonly show: TimeRange };
}

/** Boxes below a pixel run into one another; where most are left out, what is drawn should at least be seen as boxes. */
const LEAST_BOX_PX = 1;
const LEAST_CHOSEN_PX = 3;
/** Batches that the remedy brings on screen: few enough to be read. */
const SHOWN_BATCHES = 12;
/** Part of the screen before what is looked for. */
const BEFORE_SHARE = 0.25;

/** `undefined` where boxes can be seen. */
export function explainGap(situation: Situation): LaneGap | undefined {
  const { boxes, truncated, visible, widthPx, intervalNs } = situation;
  const shown = boxes.filter(({ fromNs, toNs }) => toNs > visible.fromNs && fromNs < visible.toNs);
  if (shown.length === 0) return explainNothing(situation);
  const visibleNs = visible.toNs - visible.fromNs;
  const longestNs = shown.reduce((most, { fromNs, toNs }) => Math.max(most, toNs - fromNs), 0);
  if ((longestNs / visibleNs) * widthPx >= (truncated ? LEAST_CHOSEN_PX : LEAST_BOX_PX)) return undefined;
  const text = `${formatDuration(visibleNs)} on screen: too much to tell batches apart.`;
  const lengthNs = SHOWN_BATCHES * Math.max(1, intervalNs ?? longestNs);
  if (lengthNs >= visibleNs) return { text };
  const { fromNs } = shown[Math.floor(shown.length / 2)];
  const title = `Show ${SHOWN_BATCHES} batches`;
  return { text, remedy: { title, show: { fromNs, toNs: fromNs + lengthNs } } };
}

function explainNothing({ boxes, visible, window }: Situation): LaneGap {
  const text = "These stages do nothing in the time on screen.";
  const nearest = nearestBox(boxes, visible) ?? window;
  if (nearest === undefined) return { text };
  const lengthNs = visible.toNs - visible.fromNs;
  const fromNs = nearest.fromNs - lengthNs * BEFORE_SHARE;
  return { text, remedy: { title: "Show where they work", show: { fromNs, toNs: fromNs + lengthNs } } };
}

function nearestBox(boxes: readonly StageBox[], { fromNs, toNs }: TimeRange): StageBox | undefined {
  const away = (box: StageBox) => Math.max(fromNs - box.toNs, box.fromNs - toNs);
  return boxes.reduce<StageBox | undefined>(
    (nearest, box) => (nearest === undefined || away(box) < away(nearest) ? box : nearest),
    undefined,
  );
}
