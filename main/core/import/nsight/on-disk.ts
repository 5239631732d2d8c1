/**
 * Gives content as a file that can be opened at any place: where it lies, or, when it is compressed, unpacked into a folder of
 * its own that is gone afterwards.
 */
import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { whileWriting } from "../../file-errors.ts";
import type { ByteWindow } from "../byte-window.ts";

/** @throws AppError what the window throws; disk-full, write-failed */
export async function withFileOnDisk(
  window: ByteWindow,
  given: string,
  use: (file: string) => Promise<void>,
): Promise<void> {
  if (window.source.compression === "none") return use(given);
  const folder = whileWriting(tmpdir(), () => mkdtempSync(path.join(tmpdir(), "pipewave-unpacked-")));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // a second Ctrl-C ends the process at once
  try {
    const file = path.join(folder, "content");
    const descriptor = openSync(file, "w");
    try {
      do {
        const bytes = window.bytes.subarray(0, window.end);
        for (let at = 0; at < bytes.length;) at += whileWriting(file, () => writeSync(descriptor, bytes, at));
      } while (await window.more(window.end));
    } finally {
      closeSync(descriptor);
    }
    await use(file);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
