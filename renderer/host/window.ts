/**
 * The desktop's window: calls and events over a MessagePort to the backend's process, which the preload brings on request.
 * Files are named by their path and never sent. Asks for another port when the backend has ended.
 */
import { AppError } from "#common/errors.ts";
import type { Carrier } from "#common/wire/carrier.ts";
import { carryOverPort } from "#common/wire/carrier.ts";
import { createClient } from "#common/wire/rpc.ts";
import type { HostMessages, WindowBridge } from "#common/wire/window.ts";
import { PORT_MESSAGE } from "#common/wire/window.ts";
import type { Host } from "./host.ts";
import { keepConnected } from "./keep-connected.ts";

type Listeners = { [Name in keyof HostMessages]: Set<(payload: HostMessages[Name]) => void> };

/** @param page the window whose `message` events bring the port */
export function connectWindow(bridge: WindowBridge, page: Window): Host {
  const listeners: Listeners = { openFiles: new Set(), command: new Set(), notice: new Set(), backendGone: new Set() };
  let current: Carrier | undefined;
  listeners.backendGone.add(() => current?.close());
  bridge.listen((name, payload) => {
    for (const listener of listeners[name]) (listener as (payload: unknown) => void)(payload);
  });

  const connection = keepConnected((onOpen) => {
    const given = new AbortController();
    current = carryOverComingPort(waitForPort({ bridge, page, signal: given.signal }), onOpen);
    void current.closed.then(() => given.abort());
    return createClient(current);
  });
  return {
    kind: "window",
    ...connection,
    upload(file) {
      const path = bridge.pathOf(file);
      if (path !== "") return Promise.resolve(path);
      const what = "that is not a file on this machine";
      return Promise.reject(
        new AppError({ code: "refused", what, where: { file: file.name }, todo: "save it first, then open it" }),
      );
    },
    desktop: {
      on(name, listener) {
        listeners[name].add(listener);
        return () => void listeners[name].delete(listener);
      },
      ready: () => bridge.ready(),
      offer: (actions) => bridge.offer(actions),
    },
  };
}

interface AwaitedPort {
  readonly bridge: WindowBridge;
  readonly page: Window;
  /** Aborted when nobody waits any more: the next port is for another connection. */
  readonly signal: AbortSignal;
}

/** Only the window itself may bring a port: the preload posts it with the page's own origin. */
function waitForPort({ bridge, page, signal }: AwaitedPort): Promise<MessagePort> {
  return new Promise((resolve) => {
    const take = ({ source, data, ports: [port] }: MessageEvent<unknown>): void => {
      if (source !== page || data !== PORT_MESSAGE || port === undefined) return;
      page.removeEventListener("message", take);
      resolve(port);
    };
    page.addEventListener("message", take, { signal });
    bridge.requestPort();
  });
}

/** A carrier from the start: what is sent before the port comes is kept. */
function carryOverComingPort(coming: Promise<MessagePort>, onOpen: () => void): Carrier {
  const early: Uint8Array<ArrayBuffer>[] = [];
  const { promise: closed, resolve: markClosed } = Promise.withResolvers<undefined>();
  let receiver: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
  let carrier: Carrier | undefined;
  void coming.then((port) => {
    carrier = carryOverPort(port, { copies: true });
    void carrier.closed.then(() => markClosed(undefined));
    for (const bytes of early.splice(0)) carrier.send(bytes);
    if (receiver !== undefined) carrier.receive(receiver);
    onOpen();
  });
  return {
    send(bytes) {
      if (carrier === undefined) early.push(bytes);
      else carrier.send(bytes);
    },
    receive(listener) {
      receiver = listener;
      carrier?.receive(listener);
    },
    close() {
      carrier?.close();
      markClosed(undefined);
    },
    closed,
  };
}
