/** Brings an older run file to the schema of this program, in place and in one transaction: all of it or nothing. */
import Sqlite from "better-sqlite3";

import { explainWriteFailure } from "../failures.ts";
import { migrate, MIGRATIONS } from "../schema/migrate.ts";

/**
 * @param from version of the file; the file is whole
 * @throws AppError write-failed, disk-full
 */
export function upgradeRunFile(
  file: string,
  { from, migrations = MIGRATIONS }: { from: number; migrations?: readonly string[] },
): void {
  try {
    const db = new Sqlite(file, { fileMustExist: true });
    try {
      db.transaction(() => {
        migrate(db, { from, migrations });
        db.pragma(`user_version = ${migrations.length}`);
      })();
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainWriteFailure(error, file);
  }
}
