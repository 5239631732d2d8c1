/**
 * What a sequence of packets has said so far, which later packets refer to: interned texts, defaults, and whether any of it
 * may be believed (a sequence that lost packets says so, and starts over).
 */
import { field, idOf } from "./messages.ts";
import type { InternedText, Integer, TracePacket } from "./messages.ts";

const STATE_CLEARED = 1;
const NEEDS_STATE = 2;

const decoder = new TextDecoder();

class Interned {
  readonly #texts = new Map<string, string>();

  add(entries: readonly InternedText[] | undefined): void {
    for (const entry of entries ?? []) {
      this.#texts.set(idOf(field(entry, "iid") ?? 0), decoder.decode(field(entry, "text")).toWellFormed());
    }
  }

  text(iid: Integer | undefined): string | undefined {
    return iid === undefined ? undefined : this.#texts.get(idOf(iid));
  }

  clear(): void {
    this.#texts.clear();
  }
}

export class Sequence {
  readonly id: number;
  readonly names = new Interned();
  readonly categories = new Interned();
  readonly annotationNames = new Interned();
  readonly annotationTexts = new Interned();
  trackUuid: Integer | undefined;
  clockId: number | undefined;
  /** Key of the thread that old descriptors give to the whole sequence. */
  thread: { readonly pid: number; readonly tid: string; readonly name: string | undefined } | undefined;
  #isWhole = false;

  constructor(id: number) {
    this.id = id;
  }

  /** Takes in what a packet says for those after it. @returns whether the packet itself may be read */
  take(packet: TracePacket): boolean {
    const flags = field(packet, "sequenceFlags") ?? 0;
    if (field(packet, "previousPacketDropped") === true) this.#isWhole = false;
    if ((flags & STATE_CLEARED) !== 0 || field(packet, "incrementalStateCleared") === true) {
      for (const table of [this.names, this.categories, this.annotationNames, this.annotationTexts]) table.clear();
      this.trackUuid = undefined;
      this.clockId = undefined;
      this.#isWhole = true;
    }
    if ((flags & NEEDS_STATE) !== 0 && !this.#isWhole) return false;
    const defaults = field(packet, "defaults");
    if (defaults !== undefined) {
      this.clockId = field(defaults, "timestampClockId");
      const ofEvents = field(defaults, "trackEventDefaults");
      this.trackUuid = ofEvents === undefined ? undefined : field(ofEvents, "trackUuid");
    }
    const interned = field(packet, "internedData");
    if (interned !== undefined) {
      this.names.add(field(interned, "names"));
      this.categories.add(field(interned, "categories"));
      this.annotationNames.add(field(interned, "annotationNames"));
      this.annotationTexts.add(field(interned, "annotationTexts"));
    }
    const thread = field(packet, "threadDescriptor");
    if (thread !== undefined) {
      const pid = field(thread, "pid") ?? 0;
      this.thread = { pid, tid: idOf(field(thread, "tid") ?? 0), name: field(thread, "name") };
    }
    return true;
  }
}
