/**
 * The runs that are open at the moment, the least recently used one closed when there are too many. A file that was replaced
 * or changed by another hand is opened anew.
 */
import { statSync } from "node:fs";

import type { RunId } from "#common/ids.ts";

import { openRun as openRunFile } from "../../db/index.ts";
import { OpenRun } from "./open-run.ts";

/** Each keeps up to 96 MB of decoded spans. */
const MOST_OPEN = 4;

export class OpenRuns {
  readonly #fileOf: (run: RunId) => string;
  readonly #growing: { get(run: RunId): OpenRun | undefined };
  /** In order of use: a Map keeps the order of insertion. */
  readonly #open = new Map<RunId, { readonly version: string; readonly run: OpenRun }>();

  /**
   * @param fileOf throws AppError unknown-run
   * @param growing runs that have no file yet
   */
  constructor(fileOf: (run: RunId) => string, growing: { get(run: RunId): OpenRun | undefined }) {
    this.#fileOf = fileOf;
    this.#growing = growing;
  }

  /** @throws AppError unknown-run, and what opening throws */
  get(id: RunId): OpenRun {
    const growing = this.#growing.get(id);
    if (growing !== undefined) return growing;
    const file = this.#fileOf(id);
    const { ino, size, mtimeMs } = statSync(file);
    const version = `${ino}/${size}/${mtimeMs}`;
    const known = this.#open.get(id);
    if (known?.version === version) {
      this.#open.delete(id);
      this.#open.set(id, known);
      return known.run;
    }
    this.close(id);
    const run = new OpenRun(openRunFile(file));
    this.#open.set(id, { version, run });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.close(oldest);
    }
    return run;
  }

  close(id: RunId): void {
    this.#open.get(id)?.run.close();
    this.#open.delete(id);
  }

  closeAll(): void {
    for (const id of this.#open.keys()) this.close(id);
  }
}
