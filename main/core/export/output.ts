/**
 * Where an export goes: a file that appears whole or not at all, compressed when its name ends in .gz, or whatever a caller
 * gives that takes bytes (standard output). Refuses to replace a file unless told to.
 */
import { once } from "node:events";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";

import { AppError } from "#common/errors.ts";

/** Takes an export piece by piece. */
export interface ExportOutput {
  /** Await it before the next piece: it waits for a slow disk or reader. */
  write(piece: string | Uint8Array): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind. May be called at any time. */
  abort(): Promise<void>;
}

/** A stream that somebody else owns and ends, such as standard output. */
export function outputTo(stream: Writable): ExportOutput {
  return {
    write: (piece) => writeTo(stream, piece),
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
}

/**
 * A file that appears at `file` when everything is written.
 * @throws AppError file-exists; its methods throw write-failed and disk-full
 */
export function createOutputFile(file: string, { replace = false }: { replace?: boolean } = {}): ExportOutput {
  if (!replace) refuseExisting(file);
  const unique = `${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${unique}.writing`);
  const stream = createWriteStream(temporary);
  const target: Writable = file.endsWith(".gz") ? createGzip() : stream;
  if (target !== stream) target.pipe(stream);
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure = error;
    target.destroy(error);
  });
  const done = finished(stream);
  done.catch(() => undefined); // awaited in `finish`; here it only must not end the process

  const explained = async (step: () => Promise<void>): Promise<void> => {
    try {
      if (failure !== undefined) throw failure;
      await step();
    } catch (error) {
      await abort();
      throw explainFailure(failure ?? error, file);
    }
  };
  async function abort(): Promise<void> {
    target.destroy();
    stream.destroy();
    await done.catch(() => undefined);
    rmSync(temporary, { force: true });
  }
  return {
    write: (piece) => explained(() => writeTo(target, piece)),
    finish: () =>
      explained(async () => {
        target.end();
        await done;
        if (!replace) refuseExisting(file);
        renameSync(temporary, file);
      }),
    abort,
  };
}

async function writeTo(stream: Writable, piece: string | Uint8Array): Promise<void> {
  if (!stream.write(piece)) await once(stream, "drain");
}

function refuseExisting(file: string): void {
  if (!existsSync(file)) return;
  throw new AppError({
    code: "file-exists",
    what: "the file exists already",
    where: { file },
    todo: "choose another name, or say that it may be replaced",
  });
}

function explainFailure(error: unknown, file: string): unknown {
  if (error instanceof AppError || !(error instanceof Error) || !("syscall" in error)) return error;
  const isFull = "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
  return new AppError(
    isFull
      ? { code: "disk-full", what: "there is no room left to write the file", where: { file }, todo: "free some space" }
      : {
          code: "write-failed",
          what: `the file could not be written: ${error.message}`,
          where: { file },
          todo: "check that the folder exists and may be written",
        },
    { cause: error },
  );
}
