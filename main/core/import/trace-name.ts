/** The name of a trace without what only says how it is stored. What is in the file, its content tells. */

const COMPRESSION = /\.(?:gz|zst)$/iu;
const FORMAT = /\.(?:json|jsonl|ndjson|csv|sqlite|pftrace|perfetto-trace)$/iu;

/** @param file name without folders */
export function stemOfTrace(file: string): string {
  return file.replace(COMPRESSION, "").replace(FORMAT, "") || file;
}
