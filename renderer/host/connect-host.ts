/**
 * Tells window from tab. The window's MessagePort comes with the desktop application; until then a page that no server
 * handed out has no backend, says so, and stays usable as far as that goes.
 */
import type { Carrier } from "#common/wire/carrier.ts";
import { createClient } from "#common/wire/rpc.ts";
import { watchActivity } from "../state/activity.ts";
import type { Host } from "./host.ts";
import { connectTab } from "./tab.ts";

export function connectHost(): Host {
  const page = new URL(location.href);
  const host = page.protocol.startsWith("http") ? connectTab(page) : createUnconnected();
  return { ...host, client: watchActivity(host.client, document.documentElement) };
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
