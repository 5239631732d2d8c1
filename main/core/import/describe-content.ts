/** Says in words what bytes look like that no importer wants, so that a person sees which file was taken by mistake. */

const MAGIC: readonly (readonly [bytes: string, words: string])[] = [
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["GIF8", "a GIF picture"],
  ["%PDF", "a PDF document"],
  ["PK\x03\x04", "a ZIP archive"],
  ["BZh", "a bzip2 file"],
  ["\xfd7zXZ", "an xz file"],
  ["7z\xbc\xaf", "a 7z archive"],
  ["\x1f\x8b", "a gzip file inside a compressed file"],
  ["\x7fELF", "a program"],
  ["PAR1", "a Parquet file"],
  ["SQLite format 3\0", "an SQLite database that no profiler exported (a run file is opened, not imported)"],
];

export function describeContent(head: Uint8Array): string {
  const start = String.fromCharCode(...head.subarray(0, 16));
  for (const [magic, words] of MAGIC) if (start.startsWith(magic)) return words;
  const sample = head.subarray(0, 4096);
  // The cut at the end may split a character: leave the last three bytes out of the judgement.
  const text = new TextDecoder().decode(sample.length > 3 ? sample.subarray(0, -3) : sample);
  if (text.includes("\0") || text.includes("\uFFFD")) return "binary data";
  const words = text.trimStart();
  if (words === "") return "white space only";
  if (/^<(!doctype html|html)/i.test(words)) return "an HTML page";
  if (words.startsWith("<")) return "an XML document";
  if (words.startsWith("{")) return describeJson(words);
  if (words.startsWith("[")) return "a JSON array that holds no trace events";
  const line = words.split(/\r?\n/, 1)[0];
  return `text that begins with "${line.length > 40 ? `${line.slice(0, 40)}…` : line}"`;
}

function describeJson(text: string): string {
  const keys = Array.from(text.matchAll(/"((?:[^"\\]|\\.){1,40})"\s*:/g), ([, key]) => `"${key}"`);
  if (keys.length === 0) return "text that begins with a brace";
  return `JSON without traceEvents (it has the keys ${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ", …" : ""})`;
}
