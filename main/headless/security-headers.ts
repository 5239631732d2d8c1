/**
 * What every answer tells the browser: run and load nothing but this server's own files, show the page in nobody's frame,
 * tell nobody where it came from, and never guess a type. The page gets no inline script or style and no eval.
 */
import type { ServerResponse } from "node:http";

import { CONTENT_SECURITY_POLICY } from "../core/page/content-security-policy.ts";

export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  response.setHeader("x-dns-prefetch-control", "off");
}
