/**
 * How the headless host says no: a status, one plain sentence, and a closed connection, so that nothing more of the request
 * is read. Never echoes anything that the caller sent.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import type { AppErrorFields } from "#common/errors.ts";

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 411 | 413 | 421 | 426 | 500 | 507;
  readonly message: string;
  /** For status 405. */
  readonly allow?: string;
}

/** A body that is still coming is read this far, so that the caller gets round to reading the answer; then it is cut off. */
const DRAINED_BYTES = 4 << 20;

export function refuse(request: IncomingMessage, response: ServerResponse, { status, message, allow }: Refusal): void {
  response.statusCode = status;
  if (allow !== undefined) response.setHeader("allow", allow);
  sendAndClose(request, response, { type: "text/plain; charset=utf-8", body: `${message}\n` });
}

/** A refusal that a page turns into an `AppError` again. */
export function refuseWithFields(
  request: IncomingMessage,
  response: ServerResponse,
  { status, fields }: { readonly status: Refusal["status"]; readonly fields: AppErrorFields },
): void {
  response.statusCode = status;
  sendAndClose(request, response, { type: "application/json", body: JSON.stringify(fields) });
}

function sendAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  { type, body }: { readonly type: string; readonly body: string },
): void {
  response.setHeader("content-type", type);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.setHeader("cache-control", "no-store");
  response.setHeader("connection", "close");
  response.end(request.method === "HEAD" ? undefined : body);
  let drained = 0;
  request.on("data", (bytes: Buffer) => {
    drained += bytes.length;
    if (drained > DRAINED_BYTES) request.destroy();
  });
}

/** The same for a WebSocket upgrade, where there is no response object. */
export function refuseUpgrade(socket: Duplex, { status, message }: Refusal): void {
  const body = `${message}\n`;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "content-type: text/plain; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      "x-content-type-options: nosniff",
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
