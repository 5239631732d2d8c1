/**
 * Builds the argument text that is stored for an event: exactly what was read, wherever that is strict JSON.
 *
 * Keys of the event that the model has no place for (cname, id of a span, tts, …) go into the stored arguments as an object
 * under `EVENT_KEYS`, so that nothing is lost and an export can put them back. What was accepted though it is no strict JSON
 * is rewritten (NaN becomes "NaN", a trailing comma goes). Cold code: most events never come here.
 */
import * as json from "./json-bytes.ts";

/** Key of the stored arguments that holds the event's own further keys. */
const EVENT_KEYS = "$event";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
const lexed = new json.Lexed();

/** Byte ranges [from, to) of `"key": value` to keep under `EVENT_KEYS`. */
export interface ArgsParts {
  readonly bytes: Uint8Array;
  /** The value of `args`; equal ends for none. */
  readonly from: number;
  readonly to: number;
  readonly extras: readonly { readonly from: number; readonly to: number }[];
  /** Whether something in the event is not strict JSON. */
  readonly lenient: boolean;
}

/** The argument text of one event, empty for none. */
export function buildArgs({ bytes, from, to, extras, lenient }: ArgsParts): Uint8Array {
  let text = decoder.decode(bytes.subarray(from, to));
  if (lenient) text = makeStrict(text);
  if (extras.length === 0) return encoder.encode(text);
  const pairs = extras.map((extra) => decoder.decode(bytes.subarray(extra.from, extra.to)));
  let event = `{${pairs.join(",")}}`;
  if (lenient) event = makeStrict(event);
  if (text === "") return encoder.encode(`{"${EVENT_KEYS}":${event}}`);
  if (!text.startsWith("{")) return encoder.encode(`{"$args":${text},"${EVENT_KEYS}":${event}}`);
  return mergeArgs(encoder.encode(text), encoder.encode(`{"${EVENT_KEYS}":${event}}`));
}

/** Two argument texts as one: the keys of both, the later one's value where both have a key; objects under `EVENT_KEYS` are merged too. */
export function mergeArgs(earlier: Uint8Array, later: Uint8Array): Uint8Array {
  return encoder.encode(mergeTexts(decoder.decode(earlier), decoder.decode(later)));
}

function mergeTexts(earlier: string, later: string): string {
  if (earlier === "" || later === "") return earlier + later;
  if (earlier === later) return earlier;
  if (!earlier.startsWith("{") || !later.startsWith("{")) return later;
  const pairs = listPairs(earlier);
  for (const [key, value] of listPairs(later)) {
    const known = pairs.get(key);
    pairs.set(key, known !== undefined && key === `"${EVENT_KEYS}"` ? mergeTexts(known, value) : value);
  }
  return `{${Array.from(pairs, ([key, value]) => `${key}:${value}`).join(",")}}`;
}

/** Keys (with quotes) and values of a strict JSON object, as texts. */
export function listPairs(object: string): Map<string, string> {
  const bytes = withSentinel(object);
  const end = bytes.length - 1;
  const pairs = new Map<string, string>();
  let pos = json.skipSpace(bytes, 1);
  while (bytes[pos] === json.QUOTE) {
    const keyAt = pos;
    pos = json.skipString(bytes, pos + 1, end);
    const key = decoder.decode(bytes.subarray(keyAt, pos));
    const valueAt = json.expectColon(bytes, pos, end);
    pos = json.skipValue(bytes, valueAt, end, lexed);
    if (pos < 0) break; // cannot be: the text was scanned before
    pairs.set(key, decoder.decode(bytes.subarray(valueAt, pos)));
    pos = json.skipSpace(bytes, pos);
    if (bytes[pos] === json.COMMA) pos = json.skipSpace(bytes, pos + 1);
  }
  return pairs;
}

/** Text as bytes with the 0 behind it that json-bytes.ts asks for. */
function withSentinel(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}

/** Rewrites what json-bytes.ts accepts beyond strict JSON. */
function makeStrict(text: string): string {
  // Strings are matched first, so that nothing inside them is touched.
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])|-?Infinity|NaN/gs, (token) =>
    token === "," ? "" : token.startsWith('"') ? token : `"${token}"`,
  );
}
