/** A headless server for tests, on a free port with a library and a page of its own, and raw requests to it. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import path from "node:path";

import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

import { carryOverSocket } from "../../main/common/wire/carrier.ts";
import type { ClientConnection } from "../../main/common/wire/rpc.ts";
import { createClient } from "../../main/common/wire/rpc.ts";
import type { RunningServer, ServeOptions } from "../../main/headless/serve.ts";
import { startServer } from "../../main/headless/serve.ts";
import { makeTemporaryFolder } from "../support/sample-trace.ts";

export interface TestServer extends RunningServer {
  readonly libraryPath: string;
  readonly origin: string;
  readonly cookie: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function startTestServer(options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const folder = makeTemporaryFolder();
  const rendererPath = path.join(folder, "renderer");
  mkdirSync(path.join(rendererPath, "assets"), { recursive: true });
  writeFileSync(path.join(rendererPath, "index.html"), "<!doctype html><title>Pipewave</title>");
  writeFileSync(path.join(rendererPath, "assets", "index-1a2b.js"), "export {};");
  writeFileSync(path.join(folder, "secret.txt"), "must not be served");
  const libraryPath = path.join(folder, "library");
  const bugs: unknown[] = [];
  const server = await startServer({
    libraryPath,
    rendererPath,
    version: "1.2.3",
    port: 0,
    uploadLimitBytes: 1 << 20,
    onBug: (error) => bugs.push(error),
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
    if (bugs.length > 0) throw new AggregateError(bugs, "the server met bugs");
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const entered = await send({ port: server.port }, { path: `/?token=${server.token}` });
  const cookie = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  return { ...server, libraryPath, origin, cookie };
}

/** One request exactly as given: nothing is normalised on the way. */
export function send(
  { port }: Pick<RunningServer, "port">,
  {
    method = "GET",
    path: target,
    headers = {},
    body,
  }: { method?: string; path: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path: target, headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Bytes to the port and all bytes that come back: for requests that no HTTP client would send. */
export function sendRaw({ port }: Pick<RunningServer, "port">, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => (answer += piece));
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}

/** Opens a WebSocket; rejects with the status of a refusal. */
export function openSocket(
  { port }: Pick<RunningServer, "port">,
  { path: target = "/socket", headers = {} }: { path?: string; headers?: Record<string, string> },
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers });
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_request, response) => {
      reject(new Error(`refused with ${response.statusCode ?? 0}`));
      response.resume();
    });
    socket.on("error", reject);
  });
}

/** A tab: a socket with the cookie and the page's origin, and a client on it. */
export async function openTab(server: TestServer): Promise<ClientConnection> {
  const socket = await openSocket(server, { headers: { origin: server.origin, cookie: server.cookie } });
  return createClient(carryOverSocket(socket));
}

export async function upload(server: TestServer, name: string, body: string | Uint8Array): Promise<Answer> {
  return send(server, {
    method: "POST",
    path: `/upload?name=${encodeURIComponent(name)}`,
    headers: { origin: server.origin, cookie: server.cookie },
    body,
  });
}
