/**
 * Writes and removes notes in a finished run: authored data, like its name (rename-run.ts). One transaction each: whoever
 * reads the file meanwhile sees it as it was or as it is.
 */
import Sqlite from "better-sqlite3";
import type { Database } from "better-sqlite3";

import { AppError } from "#common/errors.ts";
import type { Note, NoteDraft } from "#common/notes.ts";

import { explainWriteFailure } from "../failures.ts";
import { checkRunFile } from "../read/open-file.ts";

/**
 * Adds a note, or with `id` writes one anew, also one that was removed before.
 * @throws AppError write-failed, disk-full; what opening a run throws where it is none
 */
export function writeNoteInto(file: string, note: NoteDraft & Partial<Pick<Note, "id" | "createdAtEpochMs">>): Note {
  const { atNs, untilNs, span, text } = note;
  const createdAtEpochMs = note.createdAtEpochMs ?? Date.now();
  return changing(file, (db) => {
    const { lastInsertRowid } = db
      .prepare(
        `insert into note (id, at, until, lane, span, text, created_at_epoch_ms) values (?, ?, ?, null, ?, ?, ?)
         on conflict (id) do update set at = excluded.at, until = excluded.until, span = excluded.span, text = excluded.text`,
      )
      .run(note.id ?? null, Math.round(atNs), roundOrNull(untilNs), span ?? null, text, createdAtEpochMs);
    return { ...note, id: note.id ?? Number(lastInsertRowid), createdAtEpochMs };
  });
}

/** @throws AppError invalid-argument where there is none, and what `writeNoteInto` throws */
export function removeNoteFrom(file: string, id: number): void {
  changing(file, (db) => {
    if (db.prepare("delete from note where id = ?").run(id).changes === 1) return;
    throw new AppError({ code: "invalid-argument", what: "the note is not there any more" });
  });
}

const roundOrNull = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));

function changing<Result>(file: string, change: (db: Database) => Result): Result {
  checkRunFile(file);
  try {
    const db = new Sqlite(file, { fileMustExist: true });
    try {
      return change(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainWriteFailure(error, file);
  }
}
