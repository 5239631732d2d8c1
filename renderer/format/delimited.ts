/** Tables as text: CSV for files (RFC 4180, line feeds), tabs for the clipboard, which spreadsheets paste as cells. */
type Cell = number | string | null | undefined;

export function csvText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join("");
}

export function tabbedText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const plain = (cell: Cell) => String(cell ?? "").replaceAll(/[\t\r\n]+/g, " ");
  return [columns, ...rows].map((row) => row.map(plain).join("\t")).join("\n");
}

function quote(cell: Cell): string {
  const text = String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
