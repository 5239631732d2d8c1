/**
 * A window that moves over the bytes of a source: the scanners see one contiguous array in which a 0 stands behind the valid
 * bytes. Moving the window copies only what the scanner has not finished with.
 */
import { setImmediate } from "node:timers/promises";

import { AppError } from "#common/errors.ts";
import type { Source } from "./source.ts";

const WINDOW_BYTES = 1 << 20;
const SMALLEST_WINDOW_BYTES = 1 << 12;
/** Bytes behind the valid ones: the 0, and room so that a word of four bytes can be read at any of them. */
const SLACK_BYTES = 8;
/** One event or value larger than this is refused: memory must stay bounded. */
const LARGEST_WINDOW_BYTES = 1 << 28;
/** Bytes between two looks at the event loop, where a cancellation arrives. */
const BYTES_PER_TURN = 1 << 24;

export class ByteWindow {
  bytes: Uint8Array<ArrayBuffer>;
  /** Valid bytes are bytes[0, end); bytes[end] is 0. */
  end = 0;
  /** Offset of bytes[0] in the decompressed content. */
  offset = 0;
  /** Set when a damaged source should be read as if it ended there. */
  acceptDamage = false;
  /** The damage that ended the content, with `acceptDamage`. */
  damage: AppError | undefined;
  readonly source: Source;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: ((share: number) => void) | undefined;
  #nextTurn = BYTES_PER_TURN;
  #isEnded = false;

  constructor(
    source: Source,
    options: { signal?: AbortSignal | undefined; onProgress?: ((share: number) => void) | undefined } = {},
  ) {
    this.source = source;
    // A small plain file needs no large window; what a compressed one holds is not known.
    const sizeBytes = source.compression === "none" ? source.sizeBytes : WINDOW_BYTES;
    this.bytes = new Uint8Array(Math.max(SMALLEST_WINDOW_BYTES, Math.min(sizeBytes + 1, WINDOW_BYTES)) + SLACK_BYTES);
    this.#signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  /**
   * Moves the window so that it begins at `from` and holds more bytes behind the present ones.
   * @returns false when the content has ended: nothing was added, but the window may have moved (compare `offset`)
   * @throws AppError too-large, and what `Source.read` throws; the signal's reason
   */
  async more(from: number): Promise<boolean> {
    this.#signal?.throwIfAborted();
    if (this.#isEnded) return false;
    const kept = this.end - from;
    if (kept * 2 > this.bytes.length) this.#grow(from, kept);
    else if (from > 0) this.bytes.copyWithin(0, from, this.end);
    this.offset += from;
    this.end = kept;
    const read = this.#read(this.bytes.subarray(kept, this.bytes.length - SLACK_BYTES));
    const length = typeof read === "number" ? read : await read;
    this.end += length;
    this.bytes[this.end] = 0;
    this.#isEnded = length === 0;
    if (this.offset + this.end > this.#nextTurn) await this.#takeTurn();
    return !this.#isEnded;
  }

  /**
   * For content that is read in another way than through the window: tells how far that is and lets a cancellation in.
   * @throws the signal's reason
   */
  async pause(share: number): Promise<void> {
    this.#onProgress?.(share);
    await setImmediate();
    this.#signal?.throwIfAborted();
  }

  /**
   * Reads on behind the window, for whoever takes the bytes from there in another way. @returns 0 at the end of the content
   * @throws AppError what `Source.read` throws
   */
  readOn(into: Uint8Array): number | Promise<number> {
    return this.#read(into);
  }

  /** Makes the window begin at `offset` with bytes that were read on but not used; reading goes on behind them. */
  putBack(pieces: readonly Uint8Array[], offset: number): void {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.bytes = new Uint8Array(length + WINDOW_BYTES + SLACK_BYTES);
    this.end = 0;
    for (const piece of pieces) {
      this.bytes.set(piece, this.end);
      this.end += piece.length;
    }
    this.offset = offset;
    this.#isEnded = false;
  }

  #read(into: Uint8Array): number | Promise<number> {
    if (!this.acceptDamage) return this.source.read(into);
    return this.#readDamaged(into);
  }

  async #readDamaged(into: Uint8Array): Promise<number> {
    try {
      return await this.source.read(into);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "corrupt-compression") throw error;
      this.damage = error;
      return 0;
    }
  }

  #grow(from: number, kept: number): void {
    if (kept > LARGEST_WINDOW_BYTES) {
      throw new AppError({
        code: "too-large",
        what: `one event or value is larger than ${LARGEST_WINDOW_BYTES / (1 << 20)} MB`,
        where: { byteOffset: this.offset + from },
      });
    }
    const grown = new Uint8Array(this.bytes.length * 2);
    grown.set(this.bytes.subarray(from, this.end));
    this.bytes = grown;
  }

  async #takeTurn(): Promise<void> {
    this.#nextTurn = this.offset + this.end + BYTES_PER_TURN;
    this.#onProgress?.(Math.min(1, this.source.consumedBytes / Math.max(1, this.source.sizeBytes)));
    await setImmediate();
    this.#signal?.throwIfAborted();
  }
}
