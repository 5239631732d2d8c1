/**
 * The built page. Only files that a listing of the built folder has found can be asked for, by their exact name: a path from
 * outside never becomes a path of the file system.
 */
import { createReadStream, readdirSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

export interface StaticFiles {
  /** Answers with the file at an address; false where there is none. */
  send(address: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export function createStaticFiles(folder: string): StaticFiles {
  let files = listFiles(folder);
  const find = (address: string): string | undefined => {
    const name = address === "/" ? "index.html" : address.slice(1);
    // Built anew while we run: names change, since they contain a hash.
    if (!files.has(name) || !isFile(files.get(name))) files = listFiles(folder);
    return files.get(name);
  };
  return {
    async send(address, request, response) {
      const file = find(address);
      if (file === undefined) return false;
      const type = CONTENT_TYPES[path.extname(file)] ?? "application/octet-stream";
      response.setHeader("content-type", type);
      response.setHeader("content-length", statSync(file).size);
      // Files below assets/ have their hash in their name.
      const keep = address.startsWith("/assets/") ? "private, max-age=31536000, immutable" : "no-store";
      response.setHeader("cache-control", keep);
      if (request.method === "HEAD") response.end();
      else await pipeline(createReadStream(file), response);
      return true;
    },
  };
}

/** Absolute paths by their address without the leading slash. Links are left out: they could point anywhere. */
function listFiles(folder: string): ReadonlyMap<string, string> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file).split(path.sep).join("/"), file);
  }
  return files;
}

function isFile(file: string | undefined): boolean {
  return file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
