/**
 * The first 100 bytes of a run file, read without SQLite: enough to say what a file is before anything parses it.
 * Layout: https://www.sqlite.org/fileformat2.html#the_database_header (numbers are big-endian).
 */

/** "PWAV": marks a SQLite database as a Pipewave run. */
export const APPLICATION_ID = 0x50574156;

/** `user_version` while a file is being written; the schema's version replaces it when everything lies on disk. */
export const UNFINISHED_VERSION = 0;

export const HEADER_BYTES = 100;

const MAGIC = "SQLite format 3\0";

export interface FileHeader {
  readonly applicationId: number;
  readonly userVersion: number;
  /** Size that the file should have, by its own account. */
  readonly sizeBytes: number;
}

/** Reads the header; undefined when these are not the first bytes of a SQLite database. */
export function readHeader(bytes: Uint8Array): FileHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storedPageSize = view.getUint16(16);
  const pageSize = storedPageSize === 1 ? 65_536 : storedPageSize;
  return {
    applicationId: view.getUint32(68),
    userVersion: view.getInt32(60),
    sizeBytes: pageSize * view.getUint32(28),
  };
}
