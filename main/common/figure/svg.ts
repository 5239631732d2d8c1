/**
 * Pieces of SVG as text. Everything a figure says passes through `escapeText`, so that no name in a trace becomes markup.
 * Coordinates are rounded to a hundredth of a pixel: finer is not seen and only makes files large.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and attribute values of SVG and HTML. Characters that XML forbids become a replacement character. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character])
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}");
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** `12.35`, without trailing zeros. */
export const px = (value: number): string => String(round(value));

export type Attributes = Readonly<Record<string, string | number>>;

/** An element; `content` is markup. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escapeText(value)}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** An element that holds text. */
export const textElement = (attributes: Attributes, text: string): string =>
  element("text", attributes, escapeText(text));

/** For text that lies over lines: paper around its letters. */
export const haloOf = (paper: string): Attributes => ({
  stroke: paper,
  "stroke-width": 3,
  "stroke-linejoin": "round",
  "paint-order": "stroke",
});

/** Width of a text, estimated: wide enough for the usual sans-serif fonts. */
export const estimateWidth = (text: string, sizePx: number): number => [...text].length * sizePx * 0.58;

/** Cut so that it fits, with an ellipsis. */
export function fitText(text: string, { widthPx, sizePx }: { widthPx: number; sizePx: number }): string {
  const characters = [...text];
  const most = Math.floor(widthPx / (sizePx * 0.58));
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join("")}…`;
}

/** In lines of words, none wider than that unless one word is. */
export function wrapText(text: string, { widthPx, sizePx }: { widthPx: number; sizePx: number }): readonly string[] {
  return joinFitting(text.split(" "), { widthPx, sizePx, between: " " });
}

/** Parts one after the other, in as many lines as it takes. */
export function joinFitting(
  parts: readonly string[],
  { widthPx, sizePx, between }: { widthPx: number; sizePx: number; between: string },
): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = `${last ?? ""}${between}${part}`;
    if (last === undefined || estimateWidth(longer, sizePx) > widthPx) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** A rectangle as a piece of a path. Its edges are rounded, so that those of neighbours are the same. */
function rectPath({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  const right = px(round(x + width) - round(x));
  return `M${px(x)} ${px(y)}h${right}v${px(round(y + height) - round(y))}h-${right}z`;
}

/** Rectangles of one look as one path: a run has too many of them for an element each. */
export class RectPaths<Look> {
  readonly #rects = new Map<Look, string[]>();

  add(look: Look, rect: Parameters<typeof rectPath>[0]): void {
    const known = this.#rects.get(look);
    if (known === undefined) this.#rects.set(look, [rectPath(rect)]);
    else known.push(rectPath(rect));
  }

  draw(attributesOf: (look: Look) => Attributes): string[] {
    return [...this.#rects].map(([look, rects]) => element("path", { d: rects.join(""), ...attributesOf(look) }));
  }
}
