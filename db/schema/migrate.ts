/**
 * Brings the tables of a run file from one schema version to the next ones. Never touches `user_version`: a file that is
 * being written must stay recognisable as unfinished, so whoever calls says when the version counts.
 */
import type { Database } from "better-sqlite3";

import { createFirstSchema } from "./001-first.ts";
import { addPyramid } from "./002-pyramid.ts";
import { addRowLevels } from "./003-row-levels.ts";

/** Entry i brings version i to version i + 1. */
export const MIGRATIONS: readonly string[] = [createFirstSchema, addPyramid, addRowLevels];

/** Version of the tables that this program writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Version of everything that is computed from the spans and kept; other versions are rebuilt. */
export const DERIVED_VERSION = 3;
/** Derived version of a file that has no derived data yet. */
export const NOTHING_DERIVED = 0;

export function migrate(
  db: Database,
  { from, migrations = MIGRATIONS }: { from: number; migrations?: readonly string[] },
): void {
  for (const migration of migrations.slice(from)) db.exec(migration);
}
