/**
 * How packets lie in a Perfetto trace: one after the other, each with a tag and its length, and how fields lie in a packet.
 * Knows no message; it needs no library, so that a content can be looked at before one is loaded.
 */

/** Field 1, length-delimited: `Trace.packet`. */
export const PACKET_TAG = 0x0a;
/** Bytes that tag and length take at most; a length is below 2^32. */
const LONGEST_LENGTH = 5;
const LONGEST_VARINT = 10;

/** The bytes [from, to) of a packet; or why there is none: more bytes are needed, or here is something else. */
export type FoundPacket = { readonly from: number; readonly to: number } | "cut" | "strange";

export function findPacket(bytes: Uint8Array, at: number, end: number): FoundPacket {
  if (at >= end) return "cut";
  if (bytes[at] !== PACKET_TAG) return "strange";
  let length = 0;
  for (let index = 0; index < LONGEST_LENGTH; index++) {
    const position = at + 1 + index;
    if (position >= end) return "cut";
    length += (bytes[position] & 0x7f) * 2 ** (7 * index);
    if (bytes[position] < 0x80) {
      const from = position + 1;
      return from + length <= end ? { from, to: from + length } : "cut";
    }
  }
  return "strange";
}

/** Field numbers and wire types at the top of a message. @throws Error when the bytes are no message */
export function* listFields(bytes: Uint8Array): Generator<{ readonly field: number; readonly wireType: number }> {
  let at = 0;
  const takeVarint = (): number => {
    let value = 0;
    for (let index = 0; index < LONGEST_VARINT; index++) {
      if (at >= bytes.length) throw new RangeError("the packet ends within a number");
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of more than ten bytes");
  };
  while (at < bytes.length) {
    const tag = takeVarint();
    const wireType = tag % 8;
    yield { field: Math.floor(tag / 8), wireType };
    if (wireType === 0) takeVarint();
    else if (wireType === 1) at += 8;
    else if (wireType === 2) {
      const length = takeVarint();
      at += length;
    } else if (wireType === 5) at += 4;
    else throw new RangeError(`no wire type: ${wireType}`);
    if (at > bytes.length) throw new RangeError("the packet ends within a field");
  }
}
