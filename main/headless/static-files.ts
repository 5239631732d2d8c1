/** The built page over HTTP: what core knows of a page's file, said in headers. */
import { createReadStream, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { createPageFiles } from "../core/page/page-files.ts";

export interface StaticFiles {
  /** Answers with the file at an address; false where there is none. */
  send(address: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export function createStaticFiles(folder: string): StaticFiles {
  const find = createPageFiles(folder);
  return {
    async send(address, request, response) {
      const found = find(address);
      if (found === undefined) return false;
      response.setHeader("content-type", found.contentType);
      response.setHeader("content-length", statSync(found.file).size);
      const keep = found.isImmutable ? "private, max-age=31536000, immutable" : "no-store";
      response.setHeader("cache-control", keep);
      if (request.method === "HEAD") response.end();
      else await pipeline(createReadStream(found.file), response);
      return true;
    },
  };
}
