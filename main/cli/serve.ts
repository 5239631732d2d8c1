/**
 * `pipewave serve [folder]` and `pipewave open [file…]`: the options of the headless server. The server itself is loaded when
 * one of them runs (serve-until-stopped.ts).
 */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

import type { ServerFlags } from "./serve-until-stopped.ts";

type OpenFlags = ServerFlags & { readonly library?: string; readonly demo?: boolean; readonly compare?: boolean };

const BYTES_PER_UNIT: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const DEFAULT_UPLOAD_LIMIT_BYTES = 8 * 2 ** 30;

export function registerServe(program: Command): void {
  withServerOptions(
    program
      .command("serve")
      .summary("show a folder of runs in a browser")
      .description("Serves a folder of runs to browsers on this machine, until Ctrl-C. Prints the address to open.")
      .argument("[folder]", "folder of *.pipewave files (default: $PIPEWAVE_LIBRARY, or your data folder)")
      .option("--open <file...>", "traces or run files to import and show", []),
  ).action(async (folder: string | undefined, { open, ...flags }: ServerFlags & { open: string[] }) => {
    const { serveUntilStopped } = await import("./serve-until-stopped.ts");
    await serveUntilStopped({ folder, files: open, flags });
  });
}

export function registerOpen(program: Command): void {
  withServerOptions(
    program
      .command("open")
      .summary("show files in a browser")
      .description(
        "Imports files into your library and serves it to browsers on this machine, until Ctrl-C. " +
          "Prints the address with the first file open, or with the first two side by side (--compare). A file that is in the library already is not imported again.",
      )
      .argument("[files...]", "traces or run files")
      .option("--library <folder>", "folder of runs (default: $PIPEWAVE_LIBRARY, or your data folder)")
      .option("--compare", "show the first two files side by side")
      .option("--demo", "capture an example first, sequential and pipelined, and show both side by side"),
  ).action(async (files: string[], { library, demo, compare = false, ...flags }: OpenFlags, command: Command) => {
    if (compare && demo !== true && files.length < 2) command.error("error: --compare needs two files");
    const { serveUntilStopped } = await import("./serve-until-stopped.ts");
    const open = (all: readonly string[], sideBySide: boolean): Promise<void> =>
      serveUntilStopped({ folder: library, files: all, flags, compare: sideBySide });
    if (demo !== true) return open(files, compare);
    const { withDemo } = await import("./capture-demo.ts");
    // The sequential run is what the pipelined one is compared with.
    await withDemo(flags, ([pipelined, sequential]) => open([sequential, pipelined, ...files], true));
  });
}

function withServerOptions(command: Command): Command {
  return command
    .option("--port <number>", "port on 127.0.0.1 (default: a free one)", parsePort, 0)
    .option(
      "--upload-limit <size>",
      "largest file that a page may send, such as 500M (default: 8G)",
      parseBytes,
      DEFAULT_UPLOAD_LIMIT_BYTES,
    )
    .option("--json", "print the address and what was imported as one JSON document");
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a number from 0 to 65535.");
}

function parseBytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  if (amount !== undefined) return Math.floor(Number(amount) * BYTES_PER_UNIT[unit.toUpperCase()]);
  throw new InvalidArgumentError("It must be a number with K, M, G or T behind it, such as 500M.");
}
