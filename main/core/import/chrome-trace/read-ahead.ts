/**
 * Reads most of a large array of events in several threads. The bytes are cut where, by a guess, an event begins; a piece is
 * taken over only when the one before it ended exactly there, so that a guess inside a text does no harm: that piece is
 * joined to the next one and read again. Pieces are put together in the order of the file. Whatever is not for a piece
 * (open spans, the end of the array, a fault) goes back to the window: the one thread reads on from there, and says what
 * there is to say with its place.
 */
import { setImmediate } from "node:timers/promises";

import { AppError } from "#common/errors.ts";
import type { ByteWindow } from "../byte-window.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import type { Rule } from "../recognise/rule.ts";
import { appendShard } from "./append-shard.ts";
import type { EventAssembler } from "./event-assembler.ts";
import * as json from "./json-bytes.ts";
import { SLACK_BYTES } from "./shard.ts";
import { ShardPool } from "./shard-pool.ts";
import type { ShardOutcome } from "./shard-pool.ts";

/** How a trace is read in several threads. */
export interface ShardOptions {
  readonly threads: number;
  /** Size of a piece, for a trace of any size; where it is absent small traces are read by one thread. */
  readonly bytes?: number;
  /** Entry of the threads; another one than shard-worker.ts only in tests. */
  readonly entry?: URL;
  readonly rules: readonly Rule[];
}

const SHARD_BYTES = 1 << 22;
/** A piece that is larger by joining, or by an event that is, goes back to the one thread. */
const LARGEST_SHARD = 1 << 26;
/** Pieces beyond one a thread that are read or wait. */
const AHEAD = 2;
/**
 * Smaller files are left to the one thread. Each further thread costs half a second of CPU before it reads as fast as that
 * one: measured on four cores, 300 MB took as long with three of them and two thirds more CPU. Traces are packed to a tenth.
 */
const WORTH_PLAIN_BYTES = 384 << 20;
const WORTH_COMPRESSED_BYTES = 40 << 20;
/** Bytes of an event that tell where others like it begin: as far as the end of its first key. */
const LONGEST_MARK = 64;

interface Shard {
  /** Of its first byte, in the content. */
  readonly offset: number;
  readonly length: number;
  readonly outcome: Promise<ShardOutcome>;
}

export class ReadAhead {
  readonly #window: ByteWindow;
  readonly #trace: CollectedTrace;
  readonly #assembler: EventAssembler;
  readonly #threads: number;
  readonly #shardBytes: number;
  readonly #isWanted: boolean;
  /** Memory of pieces that are in: fresh memory costs as much as reading into it. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  readonly #spareRows: ArrayBuffer[] = [];
  #pool: ShardPool | undefined;

  constructor(
    { window, trace, assembler }: { window: ByteWindow; trace: CollectedTrace; assembler: EventAssembler },
    { threads, bytes, ...setup }: ShardOptions,
  ) {
    this.#window = window;
    this.#trace = trace;
    this.#assembler = assembler;
    this.#threads = threads;
    const { compression, sizeBytes } = window.source;
    this.#isWanted = bytes !== undefined;
    this.#shardBytes = bytes ?? SHARD_BYTES;
    const worth = compression === "none" ? WORTH_PLAIN_BYTES : WORTH_COMPRESSED_BYTES;
    if (threads > 1 && (bytes !== undefined || sizeBytes >= worth)) {
      this.#pool = new ShardPool(trace, { threads, ...setup });
    }
  }

  /** Whether the next events may be read ahead: the threads are there, and the base of the times is known. */
  async prepare(): Promise<boolean> {
    if (this.#pool === undefined || !this.#assembler.canShare) return false;
    // Who names a size wants the threads, who does not wants to be done: reading goes on until they are there.
    if (this.#isWanted) await this.#pool.started;
    else if (!this.#pool.isReady) await setImmediate();
    return this.#pool.isReady;
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  /**
   * Reads on from the event at `pos` of the window as far as it goes; the window begins there afterwards. Once for a trace.
   * @returns whether an element of the array comes next, else what stands behind one
   * @throws AppError worker-died; the signal's reason
   */
  async read(pos: number): Promise<boolean> {
    const window = this.#window;
    const shards: Shard[] = [];
    let rest: Uint8Array = window.bytes.slice(pos, window.end);
    let offset = window.offset + pos;
    let isOpen = true;
    const mark = findMark(rest);
    const submit = (bytes: Uint8Array<ArrayBuffer>, from: number, length: number): Shard => {
      const outcome = this.#send(bytes, length);
      // Told to whoever waits for it; a rejection while nobody does is no bug.
      outcome.catch(() => undefined);
      return { offset: from, length, outcome };
    };
    let isAtElement = true;
    let left: Uint8Array[] = [];
    let leftAt = offset;
    while (isOpen || shards.length > 0) {
      while (isOpen && shards.length < this.#threads + AHEAD) {
        const filled = await this.#fill(rest);
        const cut = filled.isEnd ? filled.length : findCut(filled.bytes, filled.length, mark);
        isOpen = !filled.isEnd;
        if (cut <= 0) {
          // No event begins in all these bytes: a larger piece is tried, and at last the one thread.
          rest = filled.bytes.subarray(0, filled.length);
          if (rest.length >= LARGEST_SHARD) isOpen = false;
          continue;
        }
        rest = filled.bytes.slice(cut, filled.length);
        filled.bytes.fill(0, cut, cut + SLACK_BYTES);
        shards.push(submit(filled.bytes, offset, cut));
        offset += cut;
      }
      const shard = shards.shift();
      if (shard === undefined) break;
      const outcome = await shard.outcome;
      await window.pause(window.source.consumedBytes / Math.max(1, window.source.sizeBytes));
      const consumed = outcome.end === "failed" ? 0 : outcome.consumed;
      if (outcome.end !== "failed") {
        appendShard(this.#trace, outcome, outcome.ids);
        this.#spareRows.push(outcome.rows.start.buffer);
        this.#assembler.noteTime(outcome.lastNs);
        isAtElement = outcome.isAtElement;
      } else isAtElement = true;
      if (outcome.end === "whole") {
        leftAt = shard.offset + shard.length;
        this.#spare.push(outcome.bytes);
        continue;
      }
      const tail = outcome.bytes.subarray(consumed, shard.length);
      const next = shards.shift();
      if (outcome.end === "cut" && isAtElement && next !== undefined && tail.length + next.length < LARGEST_SHARD) {
        const { bytes } = await next.outcome;
        const length = tail.length + next.length;
        const joined = new Uint8Array(length + SLACK_BYTES);
        joined.set(tail);
        joined.set(bytes.subarray(0, next.length), tail.length);
        shards.unshift(submit(joined, shard.offset + consumed, length));
        continue;
      }
      leftAt = shard.offset + consumed;
      left = [tail];
      for (const later of next === undefined ? shards : [next, ...shards]) {
        left.push((await later.outcome).bytes.subarray(0, later.length));
      }
      break;
    }
    window.putBack([...left, rest], leftAt);
    await this.close();
    return isAtElement;
  }

  #send(bytes: Uint8Array<ArrayBuffer>, length: number): Promise<ShardOutcome> {
    if (this.#pool === undefined) throw new Error("read ahead after the end");
    return this.#pool.read({ bytes, length, baseUs: this.#assembler.baseUs, memory: this.#spareRows.pop() });
  }

  /** Reads bytes behind `rest` until a piece is full. */
  async #fill(rest: Uint8Array) {
    const capacity = Math.max(this.#shardBytes, rest.length * 2);
    let bytes = this.#spare.pop();
    if (bytes?.length !== capacity + SLACK_BYTES) bytes = new Uint8Array(capacity + SLACK_BYTES);
    bytes.set(rest);
    let length = rest.length;
    let isEnd = false;
    while (length < capacity) {
      try {
        const read = await this.#window.readOn(bytes.subarray(length, capacity));
        if (read === 0) {
          isEnd = true;
          break;
        }
        length += read;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        // The window meets it again when it comes there: what stands before it is told first.
        isEnd = true;
        break;
      }
    }
    return { bytes, length, isEnd };
  }
}

/** The first event's bytes as far as the end of its first key. */
function findMark(bytes: Uint8Array): Buffer {
  const from = bytes.indexOf(json.QUOTE);
  const to = from < 0 ? -1 : bytes.indexOf(json.QUOTE, from + 1);
  const length = to < 0 || to >= LONGEST_MARK ? 1 : to + 1;
  return Buffer.from(bytes.subarray(0, length));
}

/** The last place where an event seems to begin behind another one; −1 for none. */
function findCut(bytes: Uint8Array, length: number, mark: Buffer): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  let at = length;
  while (at > 0) {
    at = buffer.lastIndexOf(mark, at - 1);
    if (at <= 0) return -1;
    let before = at - 1;
    while (before >= 0 && buffer[before] <= 32) before--;
    if (buffer[before] !== json.COMMA) continue;
    before--;
    while (before >= 0 && buffer[before] <= 32) before--;
    if (buffer[before] === json.CLOSE_BRACE) return at;
  }
  return -1;
}
