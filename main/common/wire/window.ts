/**
 * What the desktop's preload puts before the page, and how the port to the backend comes: the page asks, and gets a `message`
 * event of its own window with `PORT_MESSAGE` as data and one port. No file contents, no Electron object, nothing general
 * such as "send anything": every ability of the page is a name here.
 */

import type { ActionId } from "../actions.ts";

export const PORT_MESSAGE = "pipewave:port";

/** Something that happened outside the page, in words. */
export interface HostNotice {
  readonly text: string;
  readonly detail?: string;
}

export interface HostMessages {
  /** Files that the person opened outside the page, by their paths. */
  openFiles: readonly string[];
  /** What the native menus ask of the page. */
  command: ActionId;
  notice: HostNotice;
  /** The backend has ended, and the port with it, which says nothing of that itself: ask for another one. */
  backendGone: Record<string, never>;
}

/** Present in the window as `pipewaveHost`; a browser tab has none. */
export interface WindowBridge {
  requestPort(): void;
  /** Path of a `File` that the person dropped or chose; empty for one that lies on no disk. */
  pathOf(file: object): string;
  /** Says that the page listens: what was kept for it comes now. */
  ready(): void;
  /** What the page can do now: the native menus offer that and nothing else. */
  offer(actions: readonly ActionId[]): void;
  /** One listener for everything that the desktop tells. */
  listen(listener: <Name extends keyof HostMessages>(name: Name, payload: HostMessages[Name]) => void): void;
}
