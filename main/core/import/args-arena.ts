/**
 * Where the argument texts of an import lie until they are written: blocks of bytes that never move, so that growing copies
 * nothing. A text lies whole in one block; its address is `block · BLOCK_BYTES + offset` (a text longer than a block has
 * one of its own).
 */
const BLOCK_BYTES = 1 << 22;

export class ArgsArena {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  #block: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #used = 0;

  /** Whether nothing was ever kept. */
  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Keeps bytes[from, to) and gives its address. */
  add(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (this.#used + length > this.#block.length) {
      this.#block = new Uint8Array(Math.max(BLOCK_BYTES, length));
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    const at = this.#used;
    copyBytes({ bytes, from, to }, this.#block, at);
    this.#used = at + length;
    return (this.#blocks.length - 1) * BLOCK_BYTES + at;
  }

  /** The blocks, in order of address: to be handed to another arena. The last one may have room left. */
  get blocks(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#blocks;
  }

  /** Takes over the blocks of another arena. @returns what its addresses become greater by */
  append(blocks: readonly Uint8Array<ArrayBuffer>[]): number {
    const shift = this.#blocks.length * BLOCK_BYTES;
    this.#blocks.push(...blocks);
    this.#block = new Uint8Array(0);
    this.#used = 0;
    return shift;
  }

  /** A view of a kept text. */
  view(address: number, length: number): Uint8Array {
    const offset = address % BLOCK_BYTES;
    return this.#blocks[(address - offset) / BLOCK_BYTES].subarray(offset, offset + length);
  }

  /** Copies a kept text to the place `at` of `target`. */
  copy(address: number, length: number, target: Uint8Array, at: number): void {
    const offset = address % BLOCK_BYTES;
    const block = this.#blocks[(address - offset) / BLOCK_BYTES];
    copyBytes({ bytes: block, from: offset, to: offset + length }, target, at);
  }
}

/** Copies bytes[from, to) to the place `at` of `target`. Short texts byte by byte: a view costs more than the bytes. */
function copyBytes(
  { bytes, from, to }: { bytes: Uint8Array; from: number; to: number },
  target: Uint8Array,
  at: number,
): void {
  if (to - from > 96) {
    target.set(bytes.subarray(from, to), at);
    return;
  }
  while (from < to) target[at++] = bytes[from++];
}
