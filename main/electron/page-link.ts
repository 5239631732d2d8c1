/**
 * Electron's end of the talk with one page: hands it ports, and tells it what happens outside, which waits until the page
 * says that it listens. Hears nobody but the application's own page.
 */
import type { IpcMainEvent, MessagePortMain, WebContents } from "electron";
import { MessageChannelMain } from "electron";

import type { HostMessages } from "#common/wire/window.ts";

import { isOwnPage } from "./app-protocol.ts";
import { OFFER, PORT, READY, REQUEST_PORT, TELL } from "./channels.ts";

export interface PageLink {
  readonly tell: <Name extends keyof HostMessages>(name: Name, payload: HostMessages[Name]) => void;
}

interface PageListener {
  /** Joins a port to the backend. */
  readonly connect: (port: MessagePortMain) => void;
  /** Hears the names of what the page can do now. */
  readonly onOffer: (actions: ReadonlySet<string>) => void;
}

export function linkPage(contents: WebContents, { connect, onOffer }: PageListener): PageLink {
  let isReady = false;
  const waiting: (() => void)[] = [];

  const hear = (channel: string, act: (message: unknown) => void): void => {
    contents.ipc.on(channel, ({ senderFrame }: IpcMainEvent, message: unknown) => {
      if (senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url)) act(message);
    });
  };
  hear(REQUEST_PORT, () => {
    const { port1, port2 } = new MessageChannelMain();
    connect(port1);
    contents.postMessage(PORT, undefined, [port2]);
  });
  hear(READY, () => {
    isReady = true;
    for (const tell of waiting.splice(0)) tell();
  });
  hear(OFFER, (actions) => {
    if (Array.isArray(actions)) onOffer(new Set(actions.filter((name) => typeof name === "string")));
  });
  contents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) isReady = false;
  });
  contents.on("render-process-gone", () => {
    isReady = false;
  });

  return {
    tell(name, payload) {
      const tell = (): void => contents.send(TELL, name, payload);
      // A page may have its port before it is ready for anything else; one that is not there yet has none to lose.
      if (isReady || name === "backendGone") tell();
      else waiting.push(tell);
    },
  };
}
