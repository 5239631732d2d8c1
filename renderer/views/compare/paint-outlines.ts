/** Rectangles on a canvas: outlines of another run's work, hatching of what has no partner. Knows pixels, no runs. */

export interface PixelRange {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly heightPx: number;
}

interface Ink {
  readonly colour: string;
  readonly paper: string;
}

/** Device pixels a CSS pixel. */
interface HatchInk extends Ink {
  readonly ratio: number;
}

/** Work is inset by this much, so that the outlines of neighbours do not become one line. */
const INSET_PX = 0.75;
const HATCH_PX = 6;

/** Dark lines with a pale rim: they are seen on every colour of work and on idle time. */
export function paintOutlines(context: CanvasRenderingContext2D, ranges: readonly PixelRange[], ink: Ink): void {
  const path = new Path2D();
  for (const { left, right, top, heightPx } of ranges) {
    const width = Math.max(1.5, right - left - 2 * INSET_PX);
    path.rect(left + INSET_PX, top + 1.5, width, Math.max(2, heightPx - 3));
  }
  context.lineJoin = "miter";
  context.strokeStyle = ink.paper;
  context.globalAlpha = 0.85;
  context.lineWidth = 3.5;
  context.stroke(path);
  context.globalAlpha = 1;
  context.strokeStyle = ink.colour;
  context.lineWidth = 1.5;
  context.stroke(path);
}

/** Diagonal lines within the rectangles: one fill for all of them, since a long run has thousands. */
export function paintMarks(context: CanvasRenderingContext2D, ranges: readonly PixelRange[], ink: HatchInk): void {
  if (ranges.length === 0) return;
  const path = new Path2D();
  for (const { left, right, top, heightPx } of joinMarks(ranges)) {
    path.rect(left, top + 1, Math.max(2, right - left), heightPx - 2);
  }
  const hatch = createHatch(context, ink);
  if (hatch === null) return;
  context.globalAlpha = 0.55;
  context.fillStyle = ink.paper;
  context.fill(path);
  context.globalAlpha = 0.9;
  context.fillStyle = hatch;
  context.fill(path);
  context.globalAlpha = 1;
}

/** Neighbours of a row with nothing to see between them become one. */
function joinMarks(ranges: readonly PixelRange[]): readonly PixelRange[] {
  const joined: { -readonly [Key in keyof PixelRange]: PixelRange[Key] }[] = [];
  for (const range of ranges.toSorted((x, y) => x.top - y.top || x.left - y.left)) {
    const last = joined.at(-1);
    if (last?.top === range.top && range.left - last.right < 0.5) last.right = Math.max(last.right, range.right);
    else joined.push({ ...range });
  }
  return joined;
}

/** Anchored to the canvas, not to a rectangle: neighbours continue one another's lines. In device pixels, so that it is crisp. */
function createHatch(context: CanvasRenderingContext2D, { colour, ratio }: HatchInk): CanvasPattern | null {
  const side = Math.max(1, Math.round(HATCH_PX * ratio));
  const tile = new OffscreenCanvas(side, side);
  const lines = tile.getContext("2d");
  if (lines === null) return null;
  lines.strokeStyle = colour;
  lines.lineWidth = ratio;
  lines.beginPath();
  // Beyond the corners too: the tile's neighbours then join without a gap.
  for (const shift of [-side, 0, side]) {
    lines.moveTo(shift - 1, side + 1);
    lines.lineTo(shift + side + 1, -1);
  }
  lines.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(HATCH_PX / side));
  return pattern;
}
