/**
 * Changes the name of a finished run: authored data, the one thing of a run file that people change in place.
 */
import Sqlite from "better-sqlite3";

import { explainWriteFailure } from "../failures.ts";
import { checkRunFile } from "../read/open-file.ts";

/**
 * One transaction; whoever reads the file meanwhile sees the old name or the new one.
 * @throws AppError write-failed, disk-full; what opening a run throws where it is none
 */
export function renameRunFile(file: string, name: string): void {
  checkRunFile(file);
  try {
    const db = new Sqlite(file, { fileMustExist: true });
    try {
      db.prepare("update run set name = ?").run(name);
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainWriteFailure(error, file);
  }
}
