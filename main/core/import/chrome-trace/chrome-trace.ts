/**
 * Importer of Chrome Trace Event JSON, and of what is written in it: Kineto, MegaScan, NDTimeline, this product's exports.
 * All shapes of REFERENCE §4; what is not kept is counted with its reason.
 */
import { AppError } from "#common/errors.ts";
import type { Importer } from "../importer.ts";
import { looksLikeKineto } from "../kineto/looks-like-kineto.ts";
import { EventAssembler } from "./event-assembler.ts";
import { OWN_KEYS } from "./own-arguments.ts";
import { EventScanner } from "./event-scanner.ts";
import * as json from "./json-bytes.ts";
import { ReadAhead } from "./read-ahead.ts";
import { readDocument } from "./read-document.ts";
import { TopLevel } from "./top-level.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Keys of which an event has one before its type, whatever wrote it. */
const EVENT_KEYS = new Set(["ph", "name", "cat", "ts", "dur", "pid", "tid", "id", "args"]);

/** Whether the content is of the Chrome family, whoever wrote it. */
export function isChromeFamily(head: Uint8Array): boolean {
  const pos = json.skipSpace(head, head[0] === 0xef ? 3 : 0);
  if (head[pos] === json.OPEN_BRACE) {
    const { keys, isWhole } = listKeys(head, pos);
    // Other values may fill the whole head: then only the whole document tells.
    return keys.includes("traceEvents") || (!isWhole && keys.length > 0);
  }
  if (head[pos] !== json.OPEN_BRACKET) return false;
  const first = json.skipSpace(head, pos + 1);
  if (head[first] === json.CLOSE_BRACKET) return true;
  if (head[first] !== json.OPEN_BRACE) return false;
  const { keys, isWhole } = listKeys(head, first);
  return keys.includes("ph") || (!isWhole && keys.some((key) => EVENT_KEYS.has(key)));
}

export const chromeTrace: Importer = {
  format: "chrome-trace",
  describes: "Chrome Trace Event JSON",

  sniff: (head) => isChromeFamily(head) && !looksLikeKineto(head),

  async read(window, trace, { keepPartial, shards }) {
    const { texts, recogniser, tally } = trace;
    const scanner = new EventScanner({ texts, argKeys: recogniser.argKeys, ownKeys: new Set(OWN_KEYS) });
    const assembler = new EventAssembler(trace, scanner.fields);
    const topLevel = new TopLevel();
    window.acceptDamage = keepPartial;
    // A damaged stream gives the more the sooner it is read: then nobody reads ahead.
    const mayBeDamaged = keepPartial && window.source.compression !== "none";
    const ahead =
      shards === undefined || mayBeDamaged ? undefined : new ReadAhead({ window, trace, assembler }, shards);
    const { hasEvents, cut } = await readDocument(window, {
      ahead,
      readEvent(bytes, pos, end) {
        const after = scanner.scan(bytes, pos, end);
        if (after >= 0) assembler.add(bytes, pos, after);
        return after;
      },
      readOther(bytes, from, to) {
        tally.read++;
        tally.skip("element of the array that is no event", () =>
          decoder.decode(bytes.subarray(from, Math.min(to, from + 200))),
        );
      },
      readTopLevel: (key, value) => topLevel.add(key, value),
    }).finally(() => ahead?.close());
    if (!hasEvents && cut === undefined) {
      throw new AppError({
        code: "unknown-format",
        what: `this is JSON but no trace: ${describeKeys(topLevel.keys)}, and no traceEvents`,
        todo: "choose a trace in Chrome Trace Event format",
      });
    }
    if (window.damage !== undefined) tally.repair(`imported what was readable: ${window.damage.fields.what}`);
    if (cut !== undefined) {
      if (!cut.allowed && !keepPartial) {
        throw new AppError({
          code: "truncated-trace",
          what: `the trace ends ${cut.inside ? "in the middle of an event" : "before its closing bracket"}`,
          where: { byteOffset: cut.byteOffset },
          todo: "import what is whole with --keep-partial",
        });
      }
      tally.repair(`the trace ends early, at byte ${cut.byteOffset}: what is whole before it was imported`);
    }
    assembler.closeAll();
    topLevel.apply(trace, assembler.baseUs);
  },
};

function describeKeys(keys: readonly string[]): string {
  if (keys.length === 0) return "it has no keys";
  const shown = keys.slice(0, 5).map((key) => `"${key.length > 40 ? `${key.slice(0, 40)}…` : key}"`);
  return `it has the keys ${shown.join(", ")}${keys.length > 5 ? ", …" : ""}`;
}

/** Keys of the object at `pos`, as far as the head reaches and the grammar holds. */
function listKeys(head: Uint8Array, pos: number): { keys: string[]; isWhole: boolean } {
  const end = head.length - 1;
  const lexed = new json.Lexed();
  const keys: string[] = [];
  try {
    pos = json.skipSpace(head, pos + 1);
    while (head[pos] === json.QUOTE) {
      const from = pos + 1;
      pos = json.skipString(head, from, end);
      if (pos < 0) return { keys, isWhole: false };
      keys.push(decoder.decode(head.subarray(from, pos - 1)));
      if (keys.at(-1) === "traceEvents") return { keys, isWhole: false };
      pos = json.expectColon(head, pos, end);
      if (pos >= 0) pos = json.skipValue(head, pos, end, lexed);
      if (pos < 0) return { keys, isWhole: false };
      pos = json.skipSpace(head, pos);
      if (head[pos] === json.COMMA) pos = json.skipSpace(head, pos + 1);
    }
    return { keys, isWhole: pos < end };
  } catch (fault) {
    // A damaged trace is still a trace: reading it will say where it breaks.
    if (fault instanceof json.JsonFault) return { keys, isWhole: false };
    throw fault;
  }
}
