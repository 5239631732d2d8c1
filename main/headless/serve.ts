/**
 * Composition root of `pipewave serve`: the backend behind HTTP and a WebSocket on 127.0.0.1, for any browser on the machine
 * or at the end of a tunnel. Serves the built page, calls, and uploads to whoever is admitted (admission.ts), and nothing
 * else. Prints nothing and handles no signals: main/cli/serve.ts does.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";

import type { Emit } from "#common/api.ts";
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import { carryOverSocket } from "#common/wire/carrier.ts";
import { SOCKET_PATH, UPLOAD_PATH } from "#common/wire/http.ts";
import type { ServedConnection } from "#common/wire/rpc.ts";
import { serveCalls } from "#common/wire/rpc.ts";

import type { Backend } from "../core/backend.ts";
import { createBackend } from "../core/backend.ts";
import { isSystemError } from "../core/file-errors.ts";
import { admit } from "./admission.ts";
import { refuse, refuseUpgrade } from "./refusal.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { createSession } from "./session.ts";
import { createStaticFiles } from "./static-files.ts";
import { Uploads } from "./uploads.ts";

export interface ServeOptions {
  readonly libraryPath: string;
  /** Folder of the built page. */
  readonly rendererPath: string;
  readonly version: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly uploadLimitBytes: number;
  /** Hears what the pages hear. */
  readonly onEvent?: Emit;
  /** One request failed for a reason that nobody expected; the server goes on. */
  readonly onBug: (error: unknown) => void;
  /** Entry of the workers; another one than the backend's own only in tests. */
  readonly workerEntry?: URL;
}

export interface RunningServer {
  readonly backend: Backend;
  readonly port: number;
  readonly token: string;
  /** The address to open, with the token and, when given, a run, or two to compare. */
  addressOf(run?: RunId, comparedWith?: RunId): string;
  /** Ends connections, jobs and workers; fulfilled when nothing is left. */
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** Calls are small; what is large comes as an upload. */
const MAX_CALL_BYTES = 1 << 20;
const HEADERS_TIMEOUT_MS = 15_000;
/** A tab whose machine vanished is noticed after at most two of these. */
const HEARTBEAT_MS = 30_000;
const CLOSE_GOING_AWAY = 1001;

/** @throws AppError when the library or the port cannot be used */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { libraryPath, rendererPath, version, port, uploadLimitBytes, workerEntry } = options;
  const session = createSession();
  const connections = new Set<ServedConnection>();
  const emit: Emit = (event, payload) => {
    for (const connection of connections) connection.emit(event, payload);
    options.onEvent?.(event, payload);
  };
  const uploads = new Uploads({ scratch: () => backend.library.scratch, limitBytes: uploadLimitBytes });
  const backend: Backend = createBackend({
    libraryPath,
    version,
    emit,
    uploadLimitBytes,
    takeUpload: (name) => uploads.take(name),
    ...(workerEntry === undefined ? {} : { workerEntry }),
  });
  const files = createStaticFiles(rendererPath);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_CALL_BYTES, perMessageDeflate: false });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSecurityHeaders(response);
    const isUpload = request.method === "POST";
    const { refusal, admitted } = admit(request, { session, needsOrigin: isUpload });
    if (refusal !== undefined) {
      refuse(request, response, refusal);
      return;
    }
    const { path, parameters, broughtToken } = admitted;
    if (path === SOCKET_PATH) {
      refuse(request, response, { status: 426, message: "This address is for WebSockets." });
      return;
    }
    if (path === UPLOAD_PATH) {
      if (isUpload) return uploads.receive(request, response, parameters.get("name") ?? "");
      refuse(request, response, { status: 405, message: "Files are sent here with POST.", allow: "POST" });
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      refuse(request, response, { status: 405, message: "This address can only be read.", allow: "GET, HEAD" });
      return;
    }
    if (path === "/" && broughtToken) {
      // The fragment, which names the run, survives: browsers carry it over.
      response.writeHead(303, { location: "/", "set-cookie": session.cookie, "cache-control": "no-store" }).end();
      return;
    }
    if (await files.send(path, request, response)) return;
    const message = path === "/" ? "The page is not built yet: run `npm run build`." : "There is no such page.";
    refuse(request, response, { status: 404, message });
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || request.destroyed) response.destroy();
      else refuse(request, response, { status: 500, message: "The server failed to answer." });
      if (!isBrokenOff(error)) options.onBug(error);
    });
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy());
    const { refusal, admitted } = admit(request, { session, needsOrigin: true });
    if (refusal !== undefined) return refuseUpgrade(socket, refusal);
    if (admitted.path !== SOCKET_PATH || request.method !== "GET") {
      return refuseUpgrade(socket, { status: 404, message: "There is no WebSocket here." });
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => connect(accepted));
  };

  const connect = (socket: WebSocket): void => {
    const connection = serveCalls(carryOverSocket(socket), backend.handlers, { defer: setImmediate });
    connections.add(connection);
    const stopHeartbeat = keepAlive(socket);
    void connection.closed.then(() => {
      connections.delete(connection);
      stopHeartbeat();
    });
  };

  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 }, handle);
  server.on("checkContinue", handle);
  server.on("upgrade", upgrade);
  try {
    await listen(server, port);
  } catch (error) {
    await backend.close();
    throw error;
  }
  const { port: actualPort } = server.address() as AddressInfo;

  return {
    backend,
    port: actualPort,
    token: session.token,
    addressOf(run, comparedWith) {
      const shown = (a: RunId): Record<string, string> =>
        comparedWith === undefined ? { run: a } : { view: "compare", a, b: comparedWith };
      const fragment = run === undefined ? "" : `#${new URLSearchParams(shown(run)).toString()}`;
      return `http://${LOOPBACK}:${actualPort}/?token=${session.token}${fragment}`;
    },
    async close() {
      server.close();
      for (const socket of sockets.clients) socket.close(CLOSE_GOING_AWAY, "the server ends");
      await backend.close();
      uploads.close();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
    },
  };
}

/** Pings a tab and drops it when it does not answer. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on("pong", () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The caller went away in the middle: no failure of ours. */
function isBrokenOff(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE", "ABORT_ERR"].includes(String(error.code));
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  try {
    server.listen({ host: LOOPBACK, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new AppError(
      {
        code: "invalid-argument",
        what:
          error.code === "EADDRINUSE"
            ? `port ${port} is in use already`
            : `port ${port} cannot be used (${error.code})`,
        todo: "choose another --port, or leave it out to get a free one",
      },
      { cause: error },
    );
  }
}
