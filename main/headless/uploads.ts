/**
 * Files that pages send: streamed to the disk of the library, never held in memory, never larger than the limit. An upload
 * waits under an unguessable name until an import takes it; what nobody takes goes with the server.
 */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { AppError } from "#common/errors.ts";
import type { UploadAnswer } from "#common/wire/http.ts";

import type { Upload } from "../core/backend.ts";
import type { Scratch } from "../core/scratch.ts";
import { explainWriteFailure } from "../core/file-errors.ts";
import { refuseWithFields } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

const BYTES_PER_MIB = 1 << 20;

export class Uploads {
  readonly #scratch: () => Scratch;
  readonly #limitBytes: number;
  readonly #waiting = new Map<string, Upload>();

  constructor({ scratch, limitBytes }: { readonly scratch: () => Scratch; readonly limitBytes: number }) {
    this.#scratch = scratch;
    this.#limitBytes = limitBytes;
  }

  /** Reads the body of a request into a file and answers with the upload's name. */
  async receive(request: IncomingMessage, response: ServerResponse, givenName: string): Promise<void> {
    try {
      const stored = await this.#store(request, response, givenName);
      const upload = randomBytes(16).toString("base64url");
      this.#waiting.set(upload, stored);
      response.statusCode = 200;
      response.setHeader("content-type", "application/json");
      response.setHeader("cache-control", "no-store");
      response.end(JSON.stringify({ upload } satisfies UploadAnswer));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuseWithFields(request, response, { status: statusOf(error), fields: error.fields });
    }
  }

  /** Hands over an upload, once. Whoever takes it releases it. */
  take(name: string): Upload | undefined {
    const upload = this.#waiting.get(name);
    this.#waiting.delete(name);
    return upload;
  }

  /** Removes what nobody took. */
  close(): void {
    for (const { release } of this.#waiting.values()) release();
    this.#waiting.clear();
  }

  /** @throws AppError too-large, disk-full, write-failed; what the connection throws when the caller breaks off */
  async #store(request: IncomingMessage, response: ServerResponse, givenName: string): Promise<Upload> {
    // Without the header this is NaN, which is over no limit: such a body is counted as it comes.
    if (Number(request.headers["content-length"]) > this.#limitBytes) throw this.#tooLarge();
    const folder = this.#scratch().make();
    const release = (): void => this.#scratch().remove(folder);
    const file = path.join(folder, usableName(givenName));
    if (request.headers.expect === "100-continue") response.writeContinue();
    try {
      await pipeline(request, this.#limit(), createWriteStream(file));
      return { path: file, release };
    } catch (error) {
      release();
      throw isOfConnection(error) ? error : explainWriteFailure(error, path.dirname(folder));
    }
  }

  #limit(): Transform {
    let received = 0;
    return new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        received += bytes.length;
        if (received > this.#limitBytes) done(this.#tooLarge());
        else done(null, bytes);
      },
    });
  }

  #tooLarge(): AppError {
    return new AppError({
      code: "too-large",
      what: `the file is larger than the ${Math.floor(this.#limitBytes / BYTES_PER_MIB)} MiB that this server takes`,
      todo: "start the server with a larger --upload-limit, or import the file with `pipewave import`",
    });
  }
}

/** The name that the importer and the person see: a plain file name. */
function usableName(given: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is meant
  const name = given.replace(/^.*[/\\]/s, "").replace(/[\u0000-\u001f\u007f:*?"<>|]/g, "-");
  return shorten(name.replace(/^\.+/, "")) || "trace";
}

/** 255 bytes are the most that file systems take. */
const MOST_NAME_BYTES = 200;
const HEAD_CHARACTERS = 24;

/** The middle gives way: people know a name by its beginning, and its end tells rank and format. */
function shorten(name: string): string {
  const characters = [...name];
  const head = `${characters.slice(0, HEAD_CHARACTERS).join("")}…`;
  let shortened = name;
  for (let from = HEAD_CHARACTERS; Buffer.byteLength(shortened) > MOST_NAME_BYTES; from++) {
    shortened = head + characters.slice(from).join("");
  }
  return shortened;
}

function statusOf({ code }: AppError): Refusal["status"] {
  if (code === "too-large") return 413;
  return code === "disk-full" ? 507 : 500;
}

/** The caller broke off: an error of the system, too, but none of the disk. */
function isOfConnection(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(ECONN|EPIPE|ERR_)/.test(String(error.code));
}
