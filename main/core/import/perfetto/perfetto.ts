/**
 * Importer of Perfetto's protobuf traces (`.pftrace`, `.perfetto-trace`): track events with interned names, descriptors, flows
 * and clocks. Packet by packet, so that memory does not grow with the file but with what is kept. Other kinds of data in the
 * trace (scheduling, memory, samples) are counted as skipped.
 */
import { AppError } from "#common/errors.ts";
import type { Importer } from "../importer.ts";
import { findPacket, listFields, PACKET_TAG } from "./framing.ts";

/** Fields of a packet that nearly every one has, with their wire types: 0 is a number, 2 has a length. */
const USUAL_FIELDS: Readonly<Record<number, number>> = {
  6: 2,
  8: 0,
  10: 0,
  11: 2,
  12: 2,
  13: 0,
  33: 2,
  41: 0,
  50: 2,
  58: 0,
  59: 2,
  60: 2,
};
/** Control characters that no text has; a packet has some within its first bytes. */
const LAST_CONTROL = 8;

export const perfetto: Importer = {
  format: "perfetto",
  describes: "Perfetto protobuf",

  sniff(head) {
    const end = head.length - 1;
    if (head[0] !== PACKET_TAG) return false;
    const found = findPacket(head, 0, end);
    if (found === "strange") return false;
    const packet = found === "cut" ? head.subarray(2, end) : head.subarray(found.from, found.to);
    return packet.some((byte) => byte <= LAST_CONTROL) && hasUsualFields(packet, found === "cut");
  },

  async read(window, trace, { keepPartial }) {
    const { PacketReader } = await import("./packet-reader.ts");
    window.acceptDamage = keepPartial;
    const reader = new PacketReader(trace);
    let at = 0;
    for (;;) {
      const found = findPacket(window.bytes, at, window.end);
      if (found === "strange") {
        throw new AppError({
          code: "malformed-trace",
          what: "here should be a packet of a Perfetto trace, and is something else",
          where: { byteOffset: window.offset + at },
          todo: "copy the file again",
        });
      }
      if (found !== "cut") {
        reader.read(window.bytes.subarray(found.from, found.to));
        at = found.to;
        continue;
      }
      const { offset } = window;
      const isMore = await window.more(at);
      at -= window.offset - offset; // the window moves at the end of the content, too
      if (isMore) continue;
      if (at >= window.end) break;
      if (keepPartial) {
        trace.tally.repair(`the trace ends early, at byte ${window.offset + at}: what is whole before it was imported`);
        break;
      }
      throw new AppError({
        code: "truncated-trace",
        what: "the trace ends in the middle of a packet",
        where: { byteOffset: window.offset + at },
        todo: "import what is whole with --keep-partial",
      });
    }
    if (window.damage !== undefined) trace.tally.repair(`imported what was readable: ${window.damage.fields.what}`);
    reader.finish();
  },
};

/** Whether the fields of a packet are those of Perfetto's, as far as its bytes are there. */
function hasUsualFields(packet: Uint8Array, isCut: boolean): boolean {
  let usual = 0;
  try {
    for (const { field, wireType } of listFields(packet)) {
      if (field === 0) return false;
      if (!(field in USUAL_FIELDS)) continue;
      if (USUAL_FIELDS[field] !== wireType) return false;
      usual++;
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return isCut && usual > 0;
  }
  return usual > 0;
}
