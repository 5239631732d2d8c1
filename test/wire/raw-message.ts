/** Makes messages by hand, so that the codec is tested against bytes that it did not write itself. */

/** The layout of codec.ts with any header, a false length of the header, and as many zero bytes of columns as wanted. */
export function encodeHeader(
  header: string | Uint8Array,
  { claimedBytes, columnBytes = 0 }: { claimedBytes?: number; columnBytes?: number } = {},
): Uint8Array<ArrayBuffer> {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const bytes = new Uint8Array(start + columnBytes);
  bytes.set(new TextEncoder().encode("PWv1"));
  new DataView(bytes.buffer).setUint32(4, claimedBytes ?? text.length, true);
  bytes.set(text, 8);
  return bytes;
}
