/**
 * Reads the SVG that figures write, as strictly as an XML parser, and says where things lie: for tests that compare a drawing
 * with what it is of. Knows the path commands that the drawings use and throws at any other.
 */
export interface SvgElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, decoded. */
  readonly text: string;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ParsedSvg {
  readonly elements: readonly SvgElement[];
  readonly widthPx: number;
  readonly heightPx: number;
}

const TAG = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g;

/** @throws where it is not well formed: a tag that is not closed in order, a stray bracket or ampersand */
export function parseSvg(markup: string): ParsedSvg {
  const elements: SvgElement[] = [];
  const open: { name: string; at: number; text: string }[] = [];
  let readTo = 0;
  const readText = (to: number) => {
    const text = markup.slice(readTo, to);
    if (/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`stray character in ${text}`);
    const last = open.at(-1);
    if (last !== undefined) last.text += decode(text);
    else if (text.trim() !== "") throw new Error(`text outside of an element: ${text}`);
  };
  for (const match of markup.matchAll(TAG)) {
    const [whole, closing, name = "", written = "", selfClosed] = match;
    readText(match.index);
    readTo = match.index + whole.length;
    if (closing === "/") {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes ${last?.name ?? "nothing"}`);
      elements[last.at] = { ...elements[last.at], text: last.text };
      continue;
    }
    const attributes = Object.fromEntries(
      [...written.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, decode(value)]),
    );
    elements.push({ name, attributes, text: "" });
    if (selfClosed !== "/") open.push({ name, at: elements.length - 1, text: "" });
  }
  readText(markup.length);
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name ?? ""}> is not closed`);
  const { width, height } = elements[0]?.attributes ?? {};
  return { elements, widthPx: Number(width), heightPx: Number(height) };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const decode = (text: string): string => text.replace(/&([\w#]+);/g, (_, name: string) => ENTITIES[name] ?? "");

export const textsOf = ({ elements }: ParsedSvg): readonly string[] =>
  elements.filter(({ name }) => name === "text").map(({ text }) => text);

/** Rectangles of that colour that are pieces of a path: the work, without squares of the legend. */
export function piecesOf({ elements }: ParsedSvg, fill: string): readonly Rect[] {
  return elements
    .filter(({ attributes }) => attributes["fill"] === fill)
    .flatMap(({ attributes: { d = "" } }) =>
      [...d.matchAll(/M([-\d.]+) ([-\d.]+)h([-\d.]+)v([-\d.]+)h-[\d.]+z/g)].map((match) => {
        const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
        return { x, y, width, height };
      }),
    );
}

/** Rectangles of that colour that are elements of their own. */
export function rectsOf({ elements }: ParsedSvg, fill: string): readonly Rect[] {
  return elements
    .filter(({ name, attributes }) => name === "rect" && attributes["fill"] === fill)
    .map(({ attributes: { x, y, width, height } }) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
    }));
}

/** The texts, rectangles and paths that reach out of the drawing, in words; texts by the width that the drawing reckons with. */
export function findOutside({ elements, widthPx, heightPx }: ParsedSvg): readonly string[] {
  const slack = 0.01;
  return elements.flatMap(({ name, attributes, text }) => {
    const points = pointsOf({ name, attributes, text });
    const isOut = points.some(
      ([x, y]) => x < -slack || y < -slack || x > widthPx + slack || y > heightPx + slack || Number.isNaN(x + y),
    );
    return isOut ? [`${name} ${text} ${JSON.stringify(attributes).slice(0, 200)}`] : [];
  });
}

function pointsOf({ name, attributes, text }: SvgElement): (readonly [number, number])[] {
  const at = (key: string) => Number(attributes[key] ?? 0);
  if (name === "path") return pathPoints(attributes["d"] ?? "");
  if (name === "rect" && !(attributes["height"] ?? "").endsWith("%")) {
    return [
      [at("x"), at("y")],
      [at("x") + at("width"), at("y") + at("height")],
    ];
  }
  if (name !== "text") return [];
  // Half of an em a character: the drawing leaves room for more.
  const widthPx = [...text].length * Number(attributes["font-size"] ?? 11) * 0.5;
  const anchor = attributes["text-anchor"] ?? "start";
  const left = at("x") - (anchor === "middle" ? widthPx / 2 : anchor === "end" ? widthPx : 0);
  return [
    [left, at("y") - 6],
    [left + widthPx, at("y") + 1],
  ];
}

/** Corners of a path; control points of curves count as corners. */
export function pathPoints(d: string): (readonly [number, number])[] {
  const points: [number, number][] = [];
  let [x, y] = [0, 0];
  let [startX, startY] = [0, 0];
  for (const [, command = "", rest = ""] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = [...rest.matchAll(/-?[\d.]+/g)].map(Number);
    const isRelative = command === command.toLowerCase();
    const add = (dx: number, dy: number) => {
      [x, y] = isRelative ? [x + dx, y + dy] : [dx, dy];
      points.push([x, y]);
    };
    switch (command.toUpperCase()) {
      case "Z":
        [x, y] = [startX, startY];
        break;
      case "H":
        for (const value of numbers) add(value, isRelative ? 0 : y);
        break;
      case "V":
        for (const value of numbers) add(isRelative ? 0 : x, value);
        break;
      case "M":
      case "L":
        for (let i = 0; i < numbers.length; i += 2) add(numbers[i] ?? NaN, numbers[i + 1] ?? NaN);
        if (command.toUpperCase() === "M") [startX, startY] = [x, y];
        break;
      case "Q": {
        const [cx = NaN, cy = NaN, ex = NaN, ey = NaN] = numbers;
        points.push(isRelative ? [x + cx, y + cy] : [cx, cy]);
        add(ex, ey);
        break;
      }
      default:
        throw new Error(`a path with ${command}`);
    }
  }
  return points;
}
