/**
 * Folders inside the library in which run files grow until they are whole (`.incoming/<host>-<pid>-<number>`): on the same
 * file system as their target, and removed as a whole whatever happened to the worker that wrote there. The host is in the
 * name because clusters share folders between machines.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

import { whileWriting } from "./file-errors.ts";

const host = hostname().replaceAll(/[^A-Za-z0-9]/g, "_");

export class Scratch {
  readonly #folder: string;

  constructor(libraryPath: string) {
    this.#folder = path.join(libraryPath, ".incoming");
  }

  /** A fresh folder. Dispose of it with `remove`. @throws AppError disk-full, write-failed */
  make(): string {
    return whileWriting(this.#folder, () => {
      mkdirSync(this.#folder, { recursive: true });
      return mkdtempSync(path.join(this.#folder, `${host}-${process.pid}-`));
    });
  }

  remove(scratch: string): void {
    rmSync(scratch, { recursive: true, force: true });
  }

  /** Removes what backends of this machine left behind that are no longer alive. */
  removeStale(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      const [, madeBy, pid] = /^(.+)-(\d+)-[^-]*$/.exec(name) ?? [];
      if (madeBy === host && !isAlive(Number(pid))) this.remove(path.join(this.#folder, name));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
