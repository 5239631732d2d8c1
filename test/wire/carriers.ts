/** Pairs of joined carriers for tests: over a MessagePort, and over a WebSocket on the loopback interface. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { MessageChannel } from "node:worker_threads";

import { WebSocketServer } from "ws";

import type { Carrier } from "../../main/common/wire/carrier.ts";
import { carryOverPort, carryOverSocket } from "../../main/common/wire/carrier.ts";

export interface CarrierPair {
  readonly near: Carrier;
  readonly far: Carrier;
  /** Sends something that is not bytes from the near side, past the carrier. */
  readonly sendText: (text: string) => void;
  readonly dispose: () => Promise<void>;
}

async function joinByPort(): Promise<CarrierPair> {
  const { port1, port2 } = new MessageChannel();
  const near = carryOverPort(port1);
  const far = carryOverPort(port2);
  return Promise.resolve({
    near,
    far,
    sendText: (text) => port1.postMessage(text),
    dispose: async () => {
      near.close();
      await Promise.all([near.closed, far.closed]);
    },
  });
}

async function joinBySocket(): Promise<CarrierPair> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const accepted = new Promise<Carrier>((resolve) =>
    server.once("connection", (socket) => resolve(carryOverSocket(socket))),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const opened = once(socket, "open");
  const near = carryOverSocket(socket);
  const far = await accepted;
  await opened;
  return {
    near,
    far,
    sendText: (text) => socket.send(text),
    dispose: async () => {
      near.close();
      await Promise.all([near.closed, far.closed]);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Every kind of carrier, for `describe.each`. */
export const CARRIERS = [
  { kind: "a MessagePort", join: joinByPort },
  { kind: "a loopback WebSocket", join: joinBySocket },
];
