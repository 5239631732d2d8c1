/** Draws the boxes of the stage view and the dashed lines between them onto a 2D canvas. Knows pixels and colours only. */
import { timeToPx } from "../../data/time-scale.ts";
import type { TimeScale } from "../../data/time-scale.ts";
import type { Op } from "#common/model.ts";
import type { Rgb, ThemeName } from "#common/colours.ts";
import { cssColour, textColourOn } from "#common/colours.ts";
import { coloursOfBox } from "./box-colours.ts";
import type { LaneLayout } from "./lane-layout.ts";
import { LANE_PX, laneTop } from "./lane-layout.ts";
import type { StageBox, StageLink } from "./stage-boxes.ts";

/** Free above and below a box within its lane. */
const INSET_PX = 2;
const LEAST_BOX_PX = 1;
const TEXT_PX = 11;
/** More lines than one every so many pixels hide what they join. */
export const PX_PER_LINK = 7;

export interface LanePicture {
  readonly layout: LaneLayout;
  readonly time: TimeScale;
  readonly boxes: readonly StageBox[];
  readonly links: readonly StageLink[];
  readonly opOf: (stage: number) => Op;
  readonly theme: ThemeName;
  readonly fontFamily: string;
  readonly colours: { readonly line: string; readonly link: string; readonly chosen: string };
  /** What is selected: its box, and the lines of its batch. */
  readonly isSelected: (box: StageBox) => boolean;
  readonly batch: number | undefined;
}

export function drawLanes(context: CanvasRenderingContext2D, picture: LanePicture): void {
  const { layout, time, boxes, colours } = picture;
  context.lineWidth = 1;
  context.strokeStyle = colours.line;
  for (const { stage, lanes } of layout.stages) {
    for (const lane of lanes) {
      const y = (laneTop(layout, { stage, lane }) ?? 0) + LANE_PX - 0.5;
      line(context, { x1: 0, y1: y, x2: time.widthPx, y2: y });
    }
  }
  const visible = boxes.filter(({ fromNs, toNs }) => toNs > time.fromNs && fromNs < time.toNs);
  drawLinks(context, picture);
  for (const box of visible) drawBox(context, picture, box);
}

function drawBox(context: CanvasRenderingContext2D, picture: LanePicture, box: StageBox): void {
  const { layout, time, theme, opOf } = picture;
  const top = laneTop(layout, box);
  if (top === undefined) return;
  const { own: colour, waiting, frame } = coloursOfBox(box, { op: opOf(box.stage), theme });
  const place = { y: top + INSET_PX, height: LANE_PX - 2 * INSET_PX };
  const span = { ...place, ...extent(time, box) };
  if (box.transfer === undefined) fill(context, span, colour);
  else {
    fill(context, span, waiting);
    context.strokeStyle = cssColour(frame);
    context.strokeRect(span.x + 0.5, span.y + 0.5, Math.max(0, span.width - 1), span.height - 1);
    fill(context, { ...place, ...extent(time, box.transfer) }, colour);
  }
  const labelled = box.transfer === undefined ? span : { ...place, ...extent(time, box.transfer) };
  drawNumber(context, { ...picture, colour }, { ...labelled, batch: box.batch });
  if (!picture.isSelected(box)) return;
  context.strokeStyle = picture.colours.chosen;
  context.lineWidth = 2;
  context.strokeRect(span.x, span.y - 1, span.width, span.height + 2);
  context.lineWidth = 1;
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function fill(context: CanvasRenderingContext2D, { x, y, width, height }: Rect, colour: Rgb): void {
  context.fillStyle = cssColour(colour);
  // Boxes that touch stay apart where there is room for it.
  context.fillRect(x, y, width > 3 ? width - 1 : width, height);
}

function extent(time: TimeScale, { fromNs, toNs }: { fromNs: number; toNs: number }): { x: number; width: number } {
  const x = Math.max(-2, timeToPx(time, fromNs));
  const end = Math.min(time.widthPx + 2, timeToPx(time, toNs));
  return { x, width: Math.max(LEAST_BOX_PX, end - x) };
}

function drawNumber(
  context: CanvasRenderingContext2D,
  { fontFamily, colour }: { fontFamily: string; colour: Rgb },
  { x, y, width, height, batch }: Rect & { batch: number | undefined },
): void {
  if (batch === undefined || width < 8) return;
  const text = String(batch);
  context.font = `${TEXT_PX}px ${fontFamily}`;
  if (context.measureText(text).width + 3 > width) return;
  context.fillStyle = cssColour(textColourOn(colour));
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + (width - 1) / 2, y + height / 2 + 0.5);
}

function drawLinks(context: CanvasRenderingContext2D, { layout, time, links, colours, batch }: LanePicture): void {
  const visible = links.filter(({ from, to }) => Math.max(from.ns, to.ns) > time.fromNs && from.ns < time.toNs);
  const ofBatch = visible.filter((link) => link.batch === batch);
  const all = visible.length * PX_PER_LINK <= time.widthPx * Math.max(1, layout.stages.length - 1) ? visible : [];
  context.setLineDash([3, 3]);
  const draw = ({ from, to }: StageLink) => {
    const fromTop = laneTop(layout, { stage: from.stage, lane: "compute" });
    const toTop = laneTop(layout, to);
    if (fromTop === undefined || toTop === undefined) return;
    const down = toTop > fromTop;
    const [x1, x2] = [timeToPx(time, from.ns), timeToPx(time, to.ns)];
    line(context, { x1, y1: down ? fromTop + LANE_PX - INSET_PX : fromTop + INSET_PX, x2, y2: toTop + LANE_PX / 2 });
  };
  context.strokeStyle = colours.link;
  for (const link of all) draw(link);
  context.strokeStyle = colours.chosen;
  for (const link of ofBatch) draw(link);
  context.setLineDash([]);
}

function line(
  context: CanvasRenderingContext2D,
  { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number },
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
