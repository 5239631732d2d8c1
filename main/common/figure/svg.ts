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

/** `12.35`, without trailing zeros. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

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

/** Width of a text, estimated: wide enough for the usual sans-serif fonts. */
export const estimateWidth = (text: string, sizePx: number): number => [...text].length * sizePx * 0.58;

/** Cut so that it fits, with an ellipsis. */
export function fitText(text: string, { widthPx, sizePx }: { widthPx: number; sizePx: number }): string {
  const characters = [...text];
  const most = Math.floor(widthPx / (sizePx * 0.58));
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join("")}…`;
}
