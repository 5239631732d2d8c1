/**
 * Small settings of the desktop as JSON files in the person's own folder. Written beside and renamed, so that a crash leaves
 * the old or the new one; what cannot be read counts as not there: no setting is worth a failed start.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import { isSystemError } from "../core/file-errors.ts";

export interface StoredJson {
  /** Whatever lies there, unchecked; `undefined` for nothing usable. */
  readonly read: () => unknown;
  /** A full disk or a read-only folder only means that nothing is remembered. */
  readonly write: (value: unknown) => void;
}

export function storeJson(file: string): StoredJson {
  return {
    read() {
      try {
        return JSON.parse(readFileSync(file, "utf8")) as unknown;
      } catch (error) {
        if (error instanceof SyntaxError || isSystemError(error)) return undefined;
        throw error;
      }
    },
    write(value) {
      try {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(`${file}.tmp`, JSON.stringify(value));
        renameSync(`${file}.tmp`, file);
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    },
  };
}
