/**
 * `app://pipewave`: the page's own scheme, so that it has an origin, a Content-Security-Policy and no access to the file
 * system, all of which `file://` would lack. Answers with files of the built page and nothing else.
 */
import { readFile } from "node:fs/promises";

import { protocol } from "electron";

import { CONTENT_SECURITY_POLICY } from "../core/page/content-security-policy.ts";
import { createPageFiles } from "../core/page/page-files.ts";

const SCHEME = "app";
const HOST = "pipewave";
export const PAGE_ADDRESS = `${SCHEME}://${HOST}/`;

/** Must run before the application is ready. */
export function claimScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** @param folder the built page */
export function servePage(folder: string): void {
  const find = createPageFiles(folder);
  protocol.handle(SCHEME, async ({ url, method }) => {
    const { host, pathname } = new URL(url);
    if (host !== HOST || method !== "GET") return refuse(403);
    const found = find(pathname);
    if (found === undefined) return refuse(404);
    return new Response(await readFile(found.file), {
      headers: {
        "content-type": found.contentType,
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "cache-control": found.isImmutable ? "max-age=31536000, immutable" : "no-store",
      },
    });
  });
}

export function isOwnPage(address: string): boolean {
  return address === PAGE_ADDRESS || address.startsWith(`${PAGE_ADDRESS}#`);
}

function refuse(status: number): Response {
  return new Response(undefined, { status, headers: { "content-security-policy": "default-src 'none'" } });
}
