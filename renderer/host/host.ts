/**
 * What the views may ask of the place they run in, a window or a browser tab: the backend, uploads, and how the connection
 * does. Everything above renderer/host works with any implementation of this interface, a faked one in tests included.
 */
import type { ApiEvents, Client } from "#common/api.ts";
import type { HostMessages, WindowBridge } from "#common/wire/window.ts";

export type ConnectionState = "connecting" | "open" | "lost";

/** Called with every event of one name; give it back by calling what `on` returned. */
export type EventListener<Name extends keyof ApiEvents> = (payload: ApiEvents[Name]) => void;

export interface Host {
  readonly kind: "window" | "tab";
  /** Calls made while the connection is lost fail with `connection-lost`. */
  readonly client: Client;
  on<Name extends keyof ApiEvents>(event: Name, listener: EventListener<Name>): () => void;
  /** Tells the present state at once, then every change. */
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /**
   * Brings a file's bytes to the backend; gives the name by which `startImport` finds them.
   * @throws AppError too-large, refused, connection-lost; the signal's reason when aborted.
   */
  upload(file: File, options: { signal: AbortSignal; onProgress: (share: number) => void }): Promise<string>;
  /** What surrounds the page of a window; absent in a tab. */
  readonly desktop?: DesktopSurroundings;
}

export interface DesktopSurroundings {
  on<Name extends keyof HostMessages>(name: Name, listener: (payload: HostMessages[Name]) => void): () => void;
  /** Says that the page listens: what was opened before comes now. */
  ready(): void;
  readonly offer: WindowBridge["offer"];
}
