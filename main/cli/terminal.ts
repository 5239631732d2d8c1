/**
 * What the commands write: results on stdout, everything else on stderr. Colour only where a terminal shows it and NO_COLOR
 * does not forbid it (node:util's styleText knows); progress only where stderr is a terminal.
 */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const DEFAULT_WIDTH = 100;

/** Columns that a line on stdout may take. */
export function terminalWidth(): number {
  const given = Number(process.env["COLUMNS"]);
  const width = process.stdout.isTTY ? process.stdout.columns : given;
  return Number.isInteger(width) && width > 0 ? width : DEFAULT_WIDTH;
}

/** Text for stdout, styled where that makes sense. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function printText(text: string): void {
  process.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
}

/** The one document of a command called with --json. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** A sentence that is not the result: failures, hints. */
export function printAside(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Whoever reads us may stop reading: `pipewave sql … | head`. That ends the process quietly. */
export function endOnClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}

export interface ProgressLine {
  show(progress: { readonly step?: string; readonly share?: number }): void;
  /** Wipes the line out; call it before anything else is printed. */
  clear(): void;
}

const REDRAW_MS = 80;

/** One line on stderr that is drawn over and over; nothing at all where stderr is no terminal. */
export function createProgressLine(): ProgressLine {
  if (!process.stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  let drawnAtMs = 0;
  let drawn = false;
  return {
    show({ step = "", share }) {
      const nowMs = performance.now();
      if (nowMs - drawnAtMs < REDRAW_MS) return;
      drawnAtMs = nowMs;
      drawn = true;
      const percent = share === undefined ? "" : `${Math.floor(share * 100)} %`.padStart(6);
      process.stderr.write(`\r\u001b[K${percent}  ${step}`);
    },
    clear() {
      if (drawn) process.stderr.write("\r\u001b[K");
      drawn = false;
    },
  };
}
