/**
 * Tells window from tab. A page that no server handed out and that no preload surrounds has no backend, says so, and stays
 * usable as far as that goes.
 */
import type { Carrier } from "#common/wire/carrier.ts";
import { createClient } from "#common/wire/rpc.ts";
import type { WindowBridge } from "#common/wire/window.ts";
import { watchActivity } from "../state/activity.ts";
import type { Host } from "./host.ts";
import { connectTab } from "./tab.ts";
import { connectWindow } from "./window.ts";

export function connectHost(): Host {
  const host = connect();
  return { ...host, client: watchActivity(host.client, document.documentElement) };
}

function connect(): Host {
  const { pipewaveHost: bridge } = window as { readonly pipewaveHost?: WindowBridge };
  if (bridge !== undefined) return connectWindow(bridge, window);
  const page = new URL(location.href);
  return page.protocol.startsWith("http") ? connectTab(page) : createUnconnected();
}

/** Every call and upload fails with `connection-lost`. */
function createUnconnected(): Host {
  const carrier: Carrier = {
    send: () => undefined,
    receive: () => undefined,
    close: () => undefined,
    closed: Promise.resolve(),
  };
  const { client } = createClient(carrier);
  return {
    kind: "window",
    client,
    on: () => () => undefined,
    onConnection(listener) {
      listener("lost");
      return () => undefined;
    },
    upload: () => client.describeHost({}).then(() => ""),
  };
}
