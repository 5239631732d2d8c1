/** The first line of content that may be text: for telling formats apart by what it looks like. */

/** Bytes that are looked at: a longer line is cut. */
const LOOKED_AT_BYTES = 1 << 16;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The first line that is not empty, without its end, and whether it goes on beyond what was looked at; undefined when the
 * head is no text or holds no such line.
 * @param head with a 0 behind the valid bytes
 */
export function firstLine(head: Uint8Array): { readonly line: string; readonly isCut: boolean } | undefined {
  const bytes = head.subarray(0, Math.min(head.length - 1, LOOKED_AT_BYTES));
  if (bytes.includes(0)) return undefined;
  const lines = decode(bytes)
    ?.replace(/^\uFEFF/u, "")
    .split(/\r?\n/u);
  const place = lines?.findIndex((line) => line.trim() !== "") ?? -1;
  if (lines === undefined || place < 0) return undefined;
  return { line: lines[place], isCut: place === lines.length - 1 && bytes.length === LOOKED_AT_BYTES };
}

/** A cut at the end may split a character. */
function decode(bytes: Uint8Array): string | undefined {
  for (let cut = 0; cut < 4 && cut <= bytes.length; cut++) {
    try {
      return decoder.decode(bytes.subarray(0, bytes.length - cut));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return undefined;
}
