/**
 * Colours of a figure around the work it shows: light or dark as values, for a picture that stands alone; or as CSS variables
 * that the page around it defines, for a report that follows its reader and prints light. Work has the colours of colours.ts.
 */
import { cssColour, IDLE_COLOURS, textColourOn } from "../colours.ts";
import type { ThemeName } from "../colours.ts";
import { differenceColour } from "../difference-map.ts";

/** CSS colours. */
export interface FigureColours {
  readonly paper: string;
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  /** Around squares of the legend and blocks: also paper on paper is seen. */
  readonly edge: string;
  /** Of measures drawn over the work, such as the bracket of an interval. */
  readonly accent: string;
  /** Of what bounds the run, and behind its words. */
  readonly warn: string;
  readonly warnSoft: string;
  /** From much less to much more, noise in the middle; `onDifferences` are texts that read on them. */
  readonly differences: readonly string[];
  readonly onDifferences: readonly string[];
}

/** Steps of colour on either side of noise. */
export const DIFFERENCE_STEPS = 8;

/** As in theme.css of the window. */
const SURROUNDINGS: Readonly<Record<ThemeName, Omit<FigureColours, "paper" | "differences" | "onDifferences">>> = {
  light: {
    text: "#171a20",
    soft: "#4f5765",
    line: "#e1e4ea",
    edge: "#c6ccd6",
    accent: "#2b57d0",
    warn: "#8a5a00",
    warnSoft: "#fdf3dc",
  },
  dark: {
    text: "#e8eaef",
    soft: "#aeb6c3",
    line: "#2b303a",
    edge: "#414856",
    accent: "#86a8ff",
    warn: "#eebd5c",
    warnSoft: "#352a14",
  },
};

/** For a picture that stands alone. */
export function figureColours(theme: ThemeName): FigureColours {
  const scale = { most: DIFFERENCE_STEPS, noise: 0.5, measure: "difference" } as const;
  const steps = Array.from({ length: 2 * DIFFERENCE_STEPS + 1 }, (_, at) =>
    differenceColour(at - DIFFERENCE_STEPS, { scale, theme }),
  );
  return {
    paper: cssColour(IDLE_COLOURS[theme]),
    ...SURROUNDINGS[theme],
    differences: steps.map(cssColour),
    onDifferences: steps.map((colour) => cssColour(textColourOn(colour))),
  };
}

/** For a picture in a page that has `pageVariables` of a theme. */
export const PAGE_COLOURS: FigureColours = {
  paper: "var(--figure-paper)",
  text: "var(--figure-text)",
  soft: "var(--figure-soft)",
  line: "var(--figure-line)",
  edge: "var(--figure-edge)",
  accent: "var(--figure-accent)",
  warn: "var(--figure-warn)",
  warnSoft: "var(--figure-warn-soft)",
  differences: figureColours("light").differences.map((_, at) => `var(--figure-difference-${at})`),
  onDifferences: figureColours("light").differences.map((_, at) => `var(--figure-on-difference-${at})`),
};

/** CSS declarations of the variables that `PAGE_COLOURS` names. */
export function pageVariables(theme: ThemeName): string {
  const { warnSoft, differences, onDifferences, ...plain } = figureColours(theme);
  const declarations = [
    ...Object.entries(plain),
    ["warn-soft", warnSoft] as const,
    ...differences.map((colour, at) => [`difference-${at}`, colour] as const),
    ...onDifferences.map((colour, at) => [`on-difference-${at}`, colour] as const),
  ];
  return declarations.map(([name, value]) => `--figure-${name}:${value};`).join("");
}
