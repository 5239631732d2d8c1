/**
 * Decides of every request, before anything else looks at it, whether it is let in. Three independent walls: the `Host` must
 * be this machine (against DNS rebinding), the `Origin` must be the page's own (against other sites and other local
 * servers), and the caller must know the token. Any port passes in `Host`, because people reach a login node through a tunnel
 * that ends at a port of its own.
 */
import type { IncomingMessage } from "node:http";

import type { Refusal } from "./refusal.ts";
import type { Session } from "./session.ts";

export interface Admitted {
  /** Decoded path, absolute, without dot segments. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** The request brought the token itself: it can be given the cookie. */
  readonly broughtToken: boolean;
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** `refusal` is undefined for a request that is let in. */
export type Admission =
  | { readonly refusal: Refusal; readonly admitted?: undefined }
  | { readonly refusal?: undefined; readonly admitted: Admitted };

/** @param needsOrigin true where a browser always says its origin: WebSockets and everything that changes something */
export function admit(
  { url = "", headers }: Pick<IncomingMessage, "url" | "headers">,
  { session, needsOrigin }: { readonly session: Session; readonly needsOrigin: boolean },
): Admission {
  const { host = "", origin } = headers;
  if (!LOOPBACK_HOST.test(host)) {
    return refusal(421, "This server answers only to its own address, 127.0.0.1.");
  }
  if (origin === undefined ? needsOrigin : origin !== `http://${host}`) {
    return refusal(403, "This server answers only to its own page.");
  }
  const target = parseTarget(url);
  if (target === undefined) return refusal(400, "That is not an address of this server.");
  const token = target.parameters.get("token") ?? "";
  const broughtToken = token !== "" && session.accepts(token);
  if ((token !== "" && !broughtToken) || (!broughtToken && !session.hasCookie(headers))) {
    return refusal(403, "Open the whole address that pipewave printed: it ends in a token.");
  }
  return { admitted: { ...target, broughtToken } };
}

/** Refuses everything but plain absolute paths: no other form of target, no dot segments however they are written. */
function parseTarget(url: string): Pick<Admitted, "path" | "parameters"> | undefined {
  const [rawPath, ...query] = url.split("?");
  const path = decode(rawPath);
  if (path?.startsWith("/") !== true || path.startsWith("//")) return undefined;
  // A percent sign that survived decoding is a second layer of encoding.
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is meant
  if (/[\\%\u0000-\u001f\u007f]/.test(path)) return undefined;
  if (path.split("/").some((segment) => segment === "." || segment === "..")) return undefined;
  return { path, parameters: new URLSearchParams(query.join("?")) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function refusal(status: Refusal["status"], message: string): Admission {
  return { refusal: { status, message } };
}
