/** Lays out a table for a terminal: columns as wide as their widest cell, two spaces between, no lines. */
import { stripVTControlCharacters } from "node:util";

export interface TableColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Cells may carry colour. Titles are dropped when all are empty. */
export function layOutTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { titleStyle = (title: string): string => title, indent = "" } = {},
): string {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[i])), widthOf(title)),
  );
  const line = (cells: readonly string[]): string =>
    `${indent}${cells.map((cell, i) => pad(cell, widths[i], columns[i].align)).join("  ")}`.trimEnd();
  const titles = columns.map(({ title }, i) => titleStyle(pad(title, widths[i], columns[i].align)));
  const head = columns.some(({ title }) => title !== "") ? [line(titles)] : [];
  return [...head, ...rows.map(line)].map((text) => `${text}\n`).join("");
}

function pad(cell: string, width: number, align: TableColumn["align"]): string {
  const padding = " ".repeat(Math.max(0, width - widthOf(cell)));
  return align === "left" ? cell + padding : padding + cell;
}

/** Characters on screen, taking every character as one column wide. */
function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
