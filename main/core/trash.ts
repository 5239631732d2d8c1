/**
 * Deleted runs, moved to `.trash` inside the library so that deleting can be undone, even after a restart. What was deleted
 * more than 30 days ago is really deleted at the next start.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";

import { whileWriting } from "./file-errors.ts";
import { fileOfRun } from "./run-names.ts";

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** `<when, in epoch ms>.<file name>` */
const TRASH_NAME = /^(\d{1,15})\.(.+)$/s;

export class Trash {
  readonly #library: string;
  readonly #folder: string;

  constructor(libraryPath: string) {
    this.#library = libraryPath;
    this.#folder = path.join(libraryPath, ".trash");
  }

  /** Moves the run's file away. The caller has made sure that it is there. @throws AppError write-failed */
  put(run: RunId, nowMs = Date.now()): void {
    const file = fileOfRun(run);
    const source = path.join(this.#library, file);
    whileWriting(source, () => {
      mkdirSync(this.#folder, { recursive: true });
      const latest = this.#latest(file);
      const deletedMs = latest === undefined ? nowMs : Math.max(nowMs, latest.deletedMs + 1);
      renameSync(source, path.join(this.#folder, `${deletedMs}.${file}`));
    });
  }

  /** Brings back the run of that name that was deleted last. @throws AppError unknown-run, file-exists */
  restore(run: RunId): void {
    const file = fileOfRun(run);
    const latest = this.#latest(file);
    if (latest === undefined) throw new AppError({ code: "unknown-run", what: `no deleted run is called ${run}` });
    const target = path.join(this.#library, file);
    if (existsSync(target)) {
      throw new AppError({
        code: "file-exists",
        what: `there is a new run called ${run}`,
        todo: "delete the new one first",
      });
    }
    whileWriting(target, () => renameSync(path.join(this.#folder, latest.name), target));
  }

  removeOld(nowMs = Date.now()): void {
    for (const { name, deletedMs } of this.#list()) {
      if (nowMs - deletedMs > KEPT_MS) rmSync(path.join(this.#folder, name), { force: true });
    }
  }

  #latest(file: string) {
    return this.#list()
      .filter((entry) => entry.file === file)
      .sort((a, b) => b.deletedMs - a.deletedMs)
      .at(0);
  }

  #list(): { name: string; file: string; deletedMs: number }[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).flatMap((name) => {
      const [, deletedMs, file] = TRASH_NAME.exec(name) ?? [];
      return deletedMs === undefined || file === undefined ? [] : [{ name, file, deletedMs: Number(deletedMs) }];
    });
  }
}
