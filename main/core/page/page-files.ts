/**
 * The built page as any host hands it out. Only files that a listing of the built folder has found can be asked for, by their
 * exact name: an address from outside never becomes a path of the file system.
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";

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

export interface PageFile {
  readonly file: string;
  readonly contentType: string;
  /** Its name has a hash of its content: whoever has it need not ask again. */
  readonly isImmutable: boolean;
}

/** @returns the file at an address (a path that begins with a slash); `undefined` where there is none */
export function createPageFiles(folder: string): (address: string) => PageFile | undefined {
  let files = listFiles(folder);
  return (address) => {
    const name = address === "/" ? "index.html" : address.slice(1);
    // Built anew while we run: names change, since they contain a hash.
    if (!files.has(name) || !isFile(files.get(name))) files = listFiles(folder);
    const file = files.get(name);
    if (file === undefined) return undefined;
    const contentType = CONTENT_TYPES[path.extname(file)] ?? "application/octet-stream";
    return { file, contentType, isImmutable: address.startsWith("/assets/") };
  };
}

/**
 * Absolute paths by their address without the leading slash. Links are left out: they could point anywhere. Folder by
 * folder, because the archives that Electron reads files from know no recursive listing.
 */
function listFiles(folder: string, prefix = ""): ReadonlyMap<string, string> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isFile()) files.set(`${prefix}${entry.name}`, file);
    else if (entry.isDirectory()) {
      for (const [name, inner] of listFiles(file, `${prefix}${entry.name}/`)) files.set(name, inner);
    }
  }
  return files;
}

function isFile(file: string | undefined): boolean {
  return file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
