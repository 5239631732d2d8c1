/**
 * The demo of `pipewave open --demo`: captures into a temporary folder and hands the run files to what opens them, which
 * takes them over into the library. The folder is gone afterwards.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { AppError } from "#common/errors.ts";

import type { DemoResult } from "../core/capture/demo.ts";
import { describeError } from "./run-command.ts";
import { createProgressLine, printAside, printJson } from "./terminal.ts";

/** Captures, prints the figures on stderr, and calls `open` with the run files; an expected failure is printed instead. */
export async function withDemo(
  { json = false }: { readonly json?: boolean },
  open: (files: DemoResult["files"]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-demo-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new Error("stopped"));
  const progress = createProgressLine();
  process.once("exit", remove);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const { captureDemo } = await import("../core/capture/demo.ts");
    const { files, text } = await captureDemo({
      folder,
      signal: stopping.signal,
      onProgress: (step) => progress.show(step),
    });
    progress.clear();
    printAside(text);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await open(files);
  } catch (error) {
    progress.clear();
    if (stopping.signal.aborted) {
      process.exitCode = 130;
      return;
    }
    if (!(error instanceof AppError)) throw error;
    process.exitCode = 1;
    if (json) printJson({ error: describeError(error) });
    printAside(error.message);
  } finally {
    process.off("exit", remove).off("SIGINT", stop).off("SIGTERM", stop);
    remove();
  }
}
