/**
 * One table of texts for an import: every name, category, id and text argument is kept once and known by a small integer.
 *
 * Looked up by the raw bytes between the quotes, so that a text that was seen before costs a hash and a comparison, four
 * bytes at a time, and no string. Escape sequences are decoded once, when the raw bytes are new; two spellings of one text
 * share an id. Refuses to validate: the scanner has checked that the bytes are the inside of a JSON string.
 */
import type { Texts } from "./recognise/contract.ts";
import { growColumn } from "./growing.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The hash of a text goes through its bytes in little-endian words of four, the last one filled with zeros. */
export const HASH_SEED = 17;

/** One step of the hash. */
export function hashWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/** Hash of bytes[from, to). */
export function hashBytes(bytes: Uint8Array, { from, to }: { from: number; to: number }): number {
  let hash = HASH_SEED;
  for (; to - from >= 4; from += 4) hash = hashWord(hash, wordAt(bytes, from, 4));
  return from === to ? hash : hashWord(hash, wordAt(bytes, from, to - from));
}

/** Little-endian word of the first `count` (1…4) bytes at `from`. */
export function wordAt(bytes: Uint8Array, from: number, count: number): number {
  let word = 0;
  for (let index = 0; index < count; index++) word |= bytes[from + index] << (8 * index);
  return word;
}

export class InternedTexts implements Texts {
  readonly #texts: string[] = [];
  /** Id of a text by its decoded form; the raw table below is only a faster way to the same id. */
  readonly #ids = new Map<string, number>();

  #mask = 1023;
  /** Entry + 1, or 0 for an empty place. */
  #table = new Int32Array(1024);
  #entries = 0;
  /** By entry: hash, first word in `#words`, length in bytes, id of the text. */
  #hashes = new Int32Array(512);
  #firstWords = new Int32Array(512);
  #lengths = new Int32Array(512);
  #entryIds = new Int32Array(512);
  /** Raw bytes of all entries in words, each entry from a word of its own. */
  #words = new Int32Array(4_096);
  #wordCount = 0;

  /** Number of different texts; ids are 0 … size − 1. */
  get size(): number {
    return this.#texts.length;
  }

  text(id: number): string {
    return this.#texts[id];
  }

  /** Id of a text at hand. */
  add(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#texts.push(text);
    this.#ids.set(text, id);
    return id;
  }

  /**
   * Id of the text whose raw JSON bytes are bytes[from, to).
   * @param hash `hashBytes` of that range
   */
  addRaw(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#mask;
    const table = this.#table;
    const length = to - from;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = table[place] - 1;
      if (entry < 0) return this.#addEntry(bytes, from, to, hash);
      if (this.#hashes[entry] !== hash || this.#lengths[entry] !== length) continue;
      const words = this.#words;
      let word = this.#firstWords[entry];
      let at = from;
      for (; to - at >= 4; at += 4) {
        if (words[word++] !== (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24))) break;
      }
      if (to - at >= 4 || (at < to && words[word] !== wordAt(bytes, at, to - at))) continue;
      return this.#entryIds[entry];
    }
  }

  /**
   * Id of a text that was added before, -1 for a new one: `addRaw` on words. Three bytes behind `to` are read, too.
   * @param hash `hashBytes` of that range
   */
  find(view: DataView, from: number, to: number, hash: number): number {
    const mask = this.#mask;
    const table = this.#table;
    const words = this.#words;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = table[place] - 1;
      if (entry < 0) return -1;
      if (this.#hashes[entry] !== hash || this.#lengths[entry] !== to - from) continue;
      let word = this.#firstWords[entry];
      let at = from;
      while (to - at >= 4 && words[word] === view.getInt32(at, true)) {
        at += 4;
        word++;
      }
      const left = to - at;
      if (left === 0 || (left < 4 && words[word] === (view.getInt32(at, true) & (-1 >>> (32 - 8 * left))))) {
        return this.#entryIds[entry];
      }
    }
  }

  #addEntry(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const raw = decoder.decode(bytes.subarray(from, to));
    const id = this.add((raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw).toWellFormed());
    const entry = this.#entries++;
    if (entry === this.#hashes.length) this.#growEntries();
    const length = to - from;
    while (this.#wordCount + (length >> 2) + 1 > this.#words.length) {
      this.#words = growColumn(this.#words, this.#words.length * 2);
    }
    this.#hashes[entry] = hash;
    this.#firstWords[entry] = this.#wordCount;
    this.#lengths[entry] = length;
    this.#entryIds[entry] = id;
    for (let at = from; at < to; at += 4) this.#words[this.#wordCount++] = wordAt(bytes, at, Math.min(4, to - at));
    if (this.#entries * 2 > this.#mask) this.#growTable();
    else this.#place(entry);
    return id;
  }

  #place(entry: number): void {
    let place = this.#hashes[entry] & this.#mask;
    while (this.#table[place] !== 0) place = (place + 1) & this.#mask;
    this.#table[place] = entry + 1;
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    this.#mask = this.#table.length - 1;
    for (let entry = 0; entry < this.#entries; entry++) this.#place(entry);
  }

  #growEntries(): void {
    const capacity = this.#hashes.length * 2;
    this.#hashes = growColumn(this.#hashes, capacity);
    this.#firstWords = growColumn(this.#firstWords, capacity);
    this.#lengths = growColumn(this.#lengths, capacity);
    this.#entryIds = growColumn(this.#entryIds, capacity);
  }
}
