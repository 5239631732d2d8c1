/**
 * A browser tab served by `pipewave serve`: calls and events over a WebSocket, uploads over HTTP, both to the origin that
 * the page came from; the browser adds the cookie that the printed address brought. Comes back by itself when the
 * connection is lost.
 */
import { carryOverSocket } from "#common/wire/carrier.ts";
import { SOCKET_PATH } from "#common/wire/http.ts";
import { createClient } from "#common/wire/rpc.ts";
import type { Host } from "./host.ts";
import { keepConnected } from "./keep-connected.ts";
import { uploadFile } from "./upload.ts";

export function connectTab(page: URL): Host {
  const connection = keepConnected((onOpen) => {
    const socket = new WebSocket(socketAddress(page));
    const opened = createClient(carryOverSocket(socket));
    socket.addEventListener("open", onOpen);
    return opened;
  });
  return { kind: "tab", ...connection, upload: (file, options) => uploadFile(file, { page, ...options }) };
}

function socketAddress(page: URL): URL {
  const address = new URL(SOCKET_PATH, page);
  address.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  return address;
}
