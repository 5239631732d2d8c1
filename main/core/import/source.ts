/**
 * The bytes of a file, decompressed: plain, gzip (any number of members) or zstd, told apart by the first bytes and never by
 * the name. Pulled, so that memory stays bounded whatever the size; the SHA-256 of the bytes on disk is computed on the way.
 * Refuses to know what the bytes mean.
 */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import type { Transform } from "node:stream";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

import { AppError } from "#common/errors.ts";
import type { SourceFile } from "#common/model.ts";

/** Where decompressed bytes come from. */
export interface Source {
  /** Name without folders. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly compression: "none" | "gzip" | "zstd";
  /** Bytes on disk that were read so far. */
  readonly consumedBytes: number;
  /**
   * Reads up to `into.length` bytes to the front of `into`; 0 at the end. Plain files answer at once.
   * @throws AppError corrupt-compression (with the offset in the compressed file), file-unreadable
   */
  read(into: Uint8Array): number | Promise<number>;
  /** What is kept of the file in the run. Reads the rest of the file when not all was read. */
  describe(): SourceFile;
  close(): void;
}

const COMPRESSED_CHUNK_BYTES = 1 << 18;
const PLAIN_CHUNK_BYTES = 1 << 20;
const SMALLEST_CHUNK_BYTES = 1 << 14;

/** @throws AppError file-not-found, file-unreadable, file-empty */
export function openSource(file: string): Source {
  const disk = new DiskFile(file);
  try {
    const compression = compressionOf(disk.peek());
    return compression === "none" ? disk : new CompressedSource(disk, compression, file);
  } catch (error) {
    disk.close();
    throw error;
  }
}

function compressionOf(head: Uint8Array): Source["compression"] {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  // A zstd stream may begin with a skippable frame (0x184D2A5?), as pzstd writes.
  const isSkippable = head[0] >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
  if (isSkippable || (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd)) return "zstd";
  return "none";
}

class DiskFile implements Source {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compression = "none";
  consumedBytes = 0;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash("sha256");
  #hashedBytes = 0;
  #isOpen = true;

  constructor(file: string) {
    this.#file = file;
    this.name = path.basename(file);
    this.#descriptor = this.#run(() => openSync(file, "r"));
    try {
      const status = this.#run(() => fstatSync(this.#descriptor));
      if (status.isDirectory()) {
        throw new AppError({ code: "file-unreadable", what: "this is a folder, not a file", where: { file } });
      }
      this.sizeBytes = status.size;
      if (status.isFile() && status.size === 0) {
        throw new AppError({ code: "file-empty", what: "the file is empty", where: { file } });
      }
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** The first four bytes (fewer in a smaller file), not counted as read. */
  peek(): Uint8Array {
    const head = new Uint8Array(4);
    const length = this.#run(() => readSync(this.#descriptor, head, 0, 4, 0));
    return head.subarray(0, length);
  }

  read(into: Uint8Array): number {
    const length = this.readAt(into, this.consumedBytes);
    this.consumedBytes += length;
    return length;
  }

  /** Reads from any place up to the one that was reached; what is read for the first time is hashed. */
  readAt(into: Uint8Array, offset: number): number {
    const wanted = Math.min(into.length, PLAIN_CHUNK_BYTES);
    const length = this.#run(() => readSync(this.#descriptor, into, 0, wanted, offset));
    const known = Math.min(length, Math.max(0, this.#hashedBytes - offset));
    if (known < length) this.#hash.update(into.subarray(known, length));
    this.#hashedBytes = Math.max(this.#hashedBytes, offset + length);
    return length;
  }

  describe(): SourceFile {
    const rest = new Uint8Array(Math.min(PLAIN_CHUNK_BYTES, Math.max(1, this.sizeBytes - this.#hashedBytes)));
    while (this.readAt(rest, this.#hashedBytes) > 0);
    return { name: this.name, sizeBytes: this.#hashedBytes, sha256: this.#hash.copy().digest("hex") };
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  #run<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      throw explainReadFailure(error, this.#file);
    }
  }
}

function explainReadFailure(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const where = { file };
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return new AppError({ code: "file-not-found", what: "there is no such file", where }, { cause: error });
    case "EISDIR":
      return new AppError({ code: "file-unreadable", what: "this is a folder, not a file", where }, { cause: error });
    case "EACCES":
    case "EPERM":
      return new AppError({ code: "file-unreadable", what: "you may not read the file", where }, { cause: error });
    default:
      return new AppError(
        { code: "file-unreadable", what: `the file cannot be read (${String(error.code)})`, where },
        { cause: error },
      );
  }
}

type Inflater = Transform & { readonly bytesWritten: number };

class CompressedSource implements Source {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compression: "gzip" | "zstd";
  readonly #disk: DiskFile;
  readonly #file: string;
  #stream!: Inflater;
  #chunks!: AsyncIterator<Buffer>;
  /** Where the present stream began: Node's zstd stream ends with its frame, though another may follow. */
  #streamAt = 0;
  #chunk: Uint8Array = new Uint8Array(0);
  #failure: Error | undefined;

  constructor(disk: DiskFile, compression: "gzip" | "zstd", file: string) {
    this.#disk = disk;
    this.#file = file;
    this.name = disk.name;
    this.sizeBytes = disk.sizeBytes;
    this.compression = compression;
    this.#open(0);
  }

  #open(offset: number): void {
    const options = { chunkSize: Math.min(PLAIN_CHUNK_BYTES, Math.max(SMALLEST_CHUNK_BYTES, this.sizeBytes * 4)) };
    this.#streamAt = offset;
    const stream = this.compression === "gzip" ? createGunzip(options) : createZstdDecompress(options);
    const input = Readable.from(readDisk(this.#disk, offset), {
      objectMode: false,
      highWaterMark: COMPRESSED_CHUNK_BYTES,
    });
    input.on("error", (error) => stream.destroy(error));
    input.pipe(stream);
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  get consumedBytes(): number {
    return this.#streamAt + this.#stream.bytesWritten;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    while (this.#chunk.length === 0) {
      try {
        const next = await this.#chunks.next();
        if (next.done !== true) this.#chunk = next.value;
        else if (this.compression === "gzip" || !this.#openNextFrame()) return 0;
      } catch (error) {
        this.#failure = this.#explain(error);
        throw this.#failure;
      }
    }
    const length = Math.min(into.length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, length));
    this.#chunk = this.#chunk.subarray(length);
    return length;
  }

  /** False at the end of the file. */
  #openNextFrame(): boolean {
    const next = this.consumedBytes;
    if (next >= this.sizeBytes || next === this.#streamAt) return false;
    this.#stream.destroy();
    this.#open(next);
    return true;
  }

  describe(): SourceFile {
    return this.#disk.describe();
  }

  close(): void {
    this.#stream.destroy();
    this.#disk.close();
  }

  #explain(error: unknown): Error {
    if (error instanceof AppError) return error;
    if (!(error instanceof Error)) return new Error(String(error));
    const isCut = "code" in error && (error.code === "Z_BUF_ERROR" || error.message.includes("unexpected end"));
    return new AppError(
      {
        code: "corrupt-compression",
        what: isCut
          ? `the ${this.compression} data is cut off`
          : `the ${this.compression} data is damaged (${error.message})`,
        where: { file: this.#file, byteOffset: isCut ? this.sizeBytes : this.consumedBytes, compressed: true },
        todo: isCut ? "copy the file again, or import what is there with --keep-partial" : "copy the file again",
      },
      { cause: error },
    );
  }
}

function* readDisk(disk: DiskFile, offset: number): Generator<Buffer> {
  for (;;) {
    // A new buffer each time: the stream keeps what it was given until it has inflated it.
    const buffer = Buffer.allocUnsafeSlow(Math.min(COMPRESSED_CHUNK_BYTES, disk.sizeBytes));
    const length = disk.readAt(buffer, offset);
    if (length === 0) return;
    offset += length;
    yield buffer.subarray(0, length);
  }
}
