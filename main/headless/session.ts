/**
 * Who may talk to this server: whoever knows the token that was printed. The address with the token is opened once; from then
 * on the browser sends a cookie that no script can read and no other site can make it send, so that a reload works and the
 * token stays neither in the address bar nor in the history.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const TOKEN_BYTES = 32;

export interface Session {
  readonly token: string;
  /** Value of the Set-Cookie header that lets a browser in. */
  readonly cookie: string;
  /** Whether the text is the token. */
  accepts(token: string): boolean;
  /** Whether the request carries the cookie. */
  hasCookie(headers: IncomingHttpHeaders): boolean;
}

export function createSession(): Session {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const digest = hash(token);
  // Browsers do not tell ports apart for cookies: several servers on one machine must not share a name.
  const name = `pipewave-${digest.toString("hex").slice(0, 12)}`;
  const accepts = (candidate: string): boolean => timingSafeEqual(hash(candidate), digest);
  return {
    token,
    cookie: `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    accepts,
    hasCookie: ({ cookie = "" }) =>
      cookie
        .split(";")
        .map((pair) => pair.trim())
        .some((pair) => pair.startsWith(`${name}=`) && accepts(pair.slice(name.length + 1))),
  };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
