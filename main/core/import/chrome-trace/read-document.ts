/**
 * Walks the document of a trace: an object with `traceEvents`, or a bare array of events; other top-level values around them
 * are passed over and handed on when they are small. Strict about what stands between the events, so that a cut or damaged
 * file is told from a whole one, with the place.
 *
 * A bare array may end without its bracket after a whole event: the format allows it. Everything else that ends early is
 * `truncated-trace`, unless what is whole was asked for.
 */
import { AppError } from "#common/errors.ts";
import type { ByteWindow } from "../byte-window.ts";
import * as json from "./json-bytes.ts";

/** Top-level values beyond this are not handed on. */
const SMALL_VALUE_BYTES = 1 << 16;

/** Reads events from an element of the array on, and moves the window behind them. */
export interface AheadReader {
  /** Gives the event loop a turn where that helps; says whether `read` may be called. */
  prepare(): Promise<boolean>;
  /** @returns whether an element of the array comes next, else what stands behind one; the window begins there */
  read(pos: number): Promise<boolean>;
}

export interface DocumentReader {
  /**
   * Reads as many whole events as there are from `pos`, where an event or white space stands.
   * @returns the position after the last one it took, or of what is no event
   */
  readEvent(bytes: Uint8Array, pos: number, end: number): number;
  /** An element of the array that is no object. */
  readOther(bytes: Uint8Array, from: number, to: number): void;
  /** Reads ahead in the array of events, where that is worth it. */
  readonly ahead?: AheadReader | undefined;
  readTopLevel(key: string, value: string | undefined): void;
}

export interface DocumentEnd {
  /** Whether `traceEvents` or a bare array was met. */
  readonly hasEvents: boolean;
  /** Set when the content ended early: where, and whether inside something. */
  readonly cut?: { readonly byteOffset: number; readonly inside: boolean; readonly allowed: boolean };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Thrown inside to leave the walk where the content ends. */
class CutOff extends Error {
  readonly at: number;
  readonly inside: boolean;
  constructor(at: number, inside: boolean) {
    super("cut off");
    this.at = at;
    this.inside = inside;
  }
}

/** @throws AppError malformed-trace with the byte offset; what the window throws */
export async function readDocument(window: ByteWindow, reader: DocumentReader): Promise<DocumentEnd> {
  const walk = new Walk(window, reader);
  try {
    await walk.document();
    return { hasEvents: walk.hasEvents };
  } catch (error) {
    if (error instanceof json.JsonFault) {
      throw new AppError(
        {
          code: "malformed-trace",
          what: `the trace is no valid JSON: ${error.message}`,
          where: { byteOffset: window.offset + error.at },
        },
        { cause: error },
      );
    }
    if (error instanceof CutOff) {
      const allowed = walk.isBareArray && !error.inside;
      return {
        hasEvents: walk.hasEvents,
        cut: { byteOffset: window.offset + error.at, inside: error.inside, allowed },
      };
    }
    throw error;
  }
}

class Walk {
  hasEvents = false;
  isBareArray = false;
  readonly #window: ByteWindow;
  readonly #reader: DocumentReader;
  readonly #lexed = new json.Lexed();
  #pos = 0;

  constructor(window: ByteWindow, reader: DocumentReader) {
    this.#window = window;
    this.#reader = reader;
  }

  async document(): Promise<void> {
    const { bytes } = this.#window;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#pos = 3;
    const first = await this.#peek();
    if (first === json.OPEN_BRACKET) {
      this.isBareArray = true;
      await this.#events();
    } else if (first === json.OPEN_BRACE) await this.#object();
    else if (first === -1) throw new CutOff(this.#pos, false);
    else throw new json.JsonFault("here should be { or [", this.#pos);
    if ((await this.#peek()) !== -1) {
      throw new json.JsonFault("something follows after the end of the trace", this.#pos);
    }
  }

  /** Byte at the next position that is no white space, -1 at the end of the content. */
  async #peek(): Promise<number> {
    for (;;) {
      this.#pos = json.skipSpace(this.#window.bytes, this.#pos);
      if (this.#pos < this.#window.end) return this.#window.bytes[this.#pos];
      if (!(await this.#more(this.#pos))) return -1;
    }
  }

  /** Gets more bytes and forgets those before `from`; the position moves along. */
  async #more(from: number): Promise<boolean> {
    const before = this.#window.offset;
    const isMore = await this.#window.more(from);
    this.#pos -= this.#window.offset - before;
    return isMore;
  }

  /** Passes over the value or key at the position; gives its range in the window. */
  async #value(): Promise<{ from: number; to: number }> {
    for (;;) {
      const { bytes, end } = this.#window;
      const to = json.skipValue(bytes, this.#pos, end, this.#lexed);
      if (to !== json.NEED_MORE) {
        const from = this.#pos;
        this.#pos = to;
        return { from, to };
      }
      if (!(await this.#more(this.#pos))) throw new CutOff(this.#pos, true);
    }
  }

  async #expect(byte: number, what: string): Promise<void> {
    const found = await this.#peek();
    if (found === -1) throw new CutOff(this.#pos, true);
    if (found !== byte) throw new json.JsonFault(`here should be ${what}`, this.#pos);
    this.#pos++;
  }

  async #object(): Promise<void> {
    this.#pos++;
    for (;;) {
      let byte = await this.#peek();
      if (byte === json.CLOSE_BRACE) break;
      if (byte === -1) throw new CutOff(this.#pos, false);
      if (byte !== json.QUOTE) throw new json.JsonFault("here should be a key in quotes", this.#pos);
      const keyRange = await this.#value();
      const key = JSON.parse(this.#text(keyRange)) as string;
      await this.#expect(json.COLON, "a colon");
      byte = await this.#peek();
      if (byte === -1) throw new CutOff(this.#pos, true);
      if (key === "traceEvents") {
        if (byte !== json.OPEN_BRACKET) throw new json.JsonFault("traceEvents should be an array", this.#pos);
        await this.#events();
      } else {
        const range = await this.#value();
        // An export of our own lists every name there, and PyTorch every process group with its ranks.
        const mayBeLong = key === "pipewave" || key === "distributedInfo";
        const isSmall = mayBeLong || range.to - range.from <= SMALL_VALUE_BYTES;
        this.#reader.readTopLevel(key, isSmall ? this.#text(range) : undefined);
      }
      byte = await this.#peek();
      if (byte === json.COMMA) this.#pos++;
      else if (byte === -1) throw new CutOff(this.#pos, false);
      else if (byte !== json.CLOSE_BRACE) {
        throw new json.JsonFault("here should be a comma or a closing brace", this.#pos);
      }
    }
    this.#pos++;
  }

  #text({ from, to }: { from: number; to: number }): string {
    return decoder.decode(this.#window.bytes.subarray(from, to));
  }

  async #events(): Promise<void> {
    this.hasEvents = true;
    this.#pos++;
    for (;;) {
      const byte = await this.#peek();
      if (byte === json.CLOSE_BRACKET) break;
      if (byte === -1) throw new CutOff(this.#pos, false);
      if (byte === json.OPEN_BRACE) {
        const ahead = await this.#readAhead();
        if (ahead === "element") continue;
        if (ahead === "behind") {
          if (await this.#isLast()) break;
          continue;
        }
        const after = this.#run(this.#window.bytes, this.#pos, this.#window.end);
        if (after === this.#pos) {
          // The event at the position is not all there.
          if (!(await this.#more(this.#pos))) throw new CutOff(this.#pos, true);
          continue;
        }
        this.#pos = after;
      } else {
        const { from, to } = await this.#value();
        this.#reader.readOther(this.#window.bytes, from, to);
      }
      if (await this.#isLast()) break;
    }
    this.#pos++;
  }

  /** Passes the comma behind an element of the array; true at the bracket that closes it. */
  async #isLast(): Promise<boolean> {
    const byte = await this.#peek();
    if (byte === json.CLOSE_BRACKET) return true;
    if (byte === -1) throw new CutOff(this.#pos, false);
    if (byte !== json.COMMA) throw new json.JsonFault("here should be a comma or a closing bracket", this.#pos);
    this.#pos++;
    return false;
  }

  /** Lets others read on from the event at the position; says what comes next then, undefined when they did not. */
  async #readAhead(): Promise<"element" | "behind" | undefined> {
    const { ahead } = this.#reader;
    if (ahead === undefined || !(await ahead.prepare())) return undefined;
    const isAtElement = await ahead.read(this.#pos);
    this.#pos = 0;
    return isAtElement ? "element" : "behind";
  }

  /** Reads whole events with the commas between them; gives the position after the last one. */
  #run(bytes: Uint8Array, pos: number, end: number): number {
    let done = pos;
    for (;;) {
      const after = this.#reader.readEvent(bytes, pos, end);
      if (after < 0) return done;
      done = after;
      pos = bytes[after] <= 32 ? json.skipSpace(bytes, after) : after;
      if (bytes[pos] !== json.COMMA) return done;
      pos++;
      if (bytes[pos] <= 32) pos = json.skipSpace(bytes, pos);
      if (bytes[pos] !== json.OPEN_BRACE) return done;
    }
  }
}
