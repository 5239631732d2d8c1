/** Who is let in and who is not: token, cookie, Host, Origin, paths, methods (issue 3, Done-when 4). */
import { expect, test } from "vitest";

import { openSocket, send, sendRaw, startTestServer } from "./server.ts";

const FOREIGN = "http://evil.example";

test("the printed address gives a cookie that no script reads and no other site sends, and drops the token", async () => {
  const server = await startTestServer();
  const answer = await send(server, {
    path: new URL(server.addressOf()).pathname + new URL(server.addressOf()).search,
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe("/");
  expect(answer.headers["set-cookie"]?.[0]).toMatch(/^pipewave-[0-9a-f]{12}=.*; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(Buffer.from(server.token, "base64url")).toHaveLength(32);
  const page = await send(server, { path: "/", headers: { cookie: server.cookie } });
  expect(page).toMatchObject({ status: 200, body: "<!doctype html><title>Pipewave</title>" });
});

test("two servers have different tokens and cookies that do not replace each other", async () => {
  const [one, other] = [await startTestServer(), await startTestServer()];
  expect(one.token).not.toBe(other.token);
  expect(one.cookie.split("=")[0]).not.toBe(other.cookie.split("=")[0]);
  const both = { cookie: `${other.cookie}; ${one.cookie}` };
  expect((await send(one, { path: "/", headers: both })).status).toBe(200);
  expect((await send(one, { path: "/", headers: { cookie: other.cookie } })).status).toBe(403);
});

test.each([
  ["nothing", "/", {}],
  ["a wrong token", "/?token=AAAA", {}],
  ["an empty token", "/?token=", {}],
  ["another cookie", "/", { cookie: "session=1" }],
  ["the cookie's name with a wrong value", "/", { cookie: "COOKIE-NAME=AAAA" }],
  ["nothing, for a script", "/assets/index-1a2b.js", {}],
])("with %s there is no way in", async (_name, path, headers) => {
  const server = await startTestServer();
  const [cookieName] = server.cookie.split("=");
  const given = Object.entries(headers).map(([key, value]) => [key, value.replace("COOKIE-NAME", cookieName)]);
  const answer = await send(server, { path, headers: Object.fromEntries(given) as Record<string, string> });
  expect(answer.status).toBe(403);
  expect(answer.body).toBe("Open the whole address that pipewave printed: it ends in a token.\n");
  expect(answer.headers["set-cookie"]).toBeUndefined();
});

test.each(["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.1"])(
  "the Host %j is refused, whatever else is right",
  async (host) => {
    const server = await startTestServer();
    const answer = await send(server, { path: "/", headers: { host, cookie: server.cookie } });
    expect(answer.status).toBe(421);
  },
);

test("a request without a Host, or with an empty one, is refused", async () => {
  const server = await startTestServer();
  const rest = `cookie: ${server.cookie}\r\nconnection: close\r\n\r\n`;
  expect(await sendRaw(server, `GET / HTTP/1.0\r\n${rest}`)).toMatch(/^HTTP\/1\.1 421 /);
  expect(await sendRaw(server, `GET / HTTP/1.1\r\nhost:\r\n${rest}`)).toMatch(/^HTTP\/1\.1 421 /);
});

test.each(["localhost", "[::1]", "127.0.0.1"])(
  "the Host %s with the port of a tunnel is this machine",
  async (name) => {
    const server = await startTestServer();
    const headers = { host: `${name}:8080`, origin: `http://${name}:8080`, cookie: server.cookie };
    expect((await send(server, { path: "/", headers })).status).toBe(200);
  },
);

test.each([
  ["a foreign Origin", FOREIGN],
  ["the Origin null", "null"],
  ["the Origin of another local server", "http://127.0.0.1:1"],
  ["the Origin of the same host by another name", "http://localhost:PORT"],
  ["https", "https://127.0.0.1:PORT"],
])("%s is refused for pages, uploads and WebSockets", async (_name, given) => {
  const server = await startTestServer();
  const headers = { origin: given.replace("PORT", String(server.port)), cookie: server.cookie };
  expect((await send(server, { path: "/", headers })).status).toBe(403);
  expect((await send(server, { method: "POST", path: "/upload?name=a", headers, body: "x" })).status).toBe(403);
  await expect(openSocket(server, { headers })).rejects.toThrow("refused with 403");
});

test("uploads and WebSockets without an Origin are refused: a browser always says it", async () => {
  const server = await startTestServer();
  const headers = { cookie: server.cookie };
  expect((await send(server, { method: "POST", path: "/upload?name=a", headers, body: "x" })).status).toBe(403);
  await expect(openSocket(server, { headers })).rejects.toThrow("refused with 403");
});

test("a WebSocket needs the cookie or the token, a Host of this machine, and the right path", async () => {
  const server = await startTestServer();
  const { origin, cookie } = server;
  await expect(openSocket(server, { headers: { origin } })).rejects.toThrow("refused with 403");
  await expect(openSocket(server, { path: "/socket?token=AAAA", headers: { origin, cookie } })).rejects.toThrow("403");
  const foreign = { host: "evil.example", origin: FOREIGN, cookie };
  await expect(openSocket(server, { headers: foreign })).rejects.toThrow("refused with 421");
  await expect(openSocket(server, { path: "/rpc", headers: { origin, cookie } })).rejects.toThrow("refused with 404");
  const withToken = await openSocket(server, { path: `/socket?token=${server.token}`, headers: { origin } });
  withToken.close();
});

test.each([
  "/../secret.txt",
  "/assets/../../secret.txt",
  "/%2e%2e/secret.txt",
  "/%2E%2E%2Fsecret.txt",
  "/assets/%2e%2e/%2e%2e/secret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "/%252e%252e/secret.txt",
  "/./index.html",
  "//secret.txt",
  "/%00",
  "/%zz",
  "/index.html%0d%0aset-cookie:x",
])("the path %s leads nowhere", async (path) => {
  const server = await startTestServer();
  const answer = await send(server, { path, headers: { cookie: server.cookie } });
  expect(answer.status).toBe(400);
  expect(answer.body).not.toContain("must not be served");
});

test("an absolute target and a target without a slash lead nowhere", async () => {
  const server = await startTestServer();
  for (const target of [`http://127.0.0.1:${server.port}/`, "secret.txt", "*"]) {
    const head = `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${server.cookie}\r\nconnection: close\r\n\r\n`;
    expect(await sendRaw(server, head)).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test.each(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])("%s is refused for a page", async (method) => {
  const server = await startTestServer();
  const answer = await send(server, { method, path: "/", headers: { origin: server.origin, cookie: server.cookie } });
  expect(answer).toMatchObject({ status: 405, body: "This address can only be read.\n" });
  expect(answer.headers.allow).toBe("GET, HEAD");
});

test("reading from the upload address and calling the socket's address without a WebSocket are refused", async () => {
  const server = await startTestServer();
  const headers = { cookie: server.cookie };
  const read = await send(server, { path: "/upload", headers });
  expect(read).toMatchObject({ status: 405, headers: { allow: "POST" } });
  expect((await send(server, { path: "/socket", headers })).status).toBe(426);
  expect((await send(server, { path: "/no-such-page", headers })).status).toBe(404);
});

test("every answer, a refusal too, forbids framing, sniffing, foreign content, inline code and referrers", async () => {
  const server = await startTestServer();
  for (const headers of [{ cookie: server.cookie }, {}]) {
    const answer = await send(server, { path: "/", headers });
    const policy = String(answer.headers["content-security-policy"]).split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  }
});

test("HEAD tells size and type without a body; files with a hash in their name are kept by the browser", async () => {
  const server = await startTestServer();
  const headers = { cookie: server.cookie };
  const head = await send(server, { method: "HEAD", path: "/", headers });
  expect(head).toMatchObject({ status: 200, body: "", headers: { "content-length": "38" } });
  const script = await send(server, { path: "/assets/index-1a2b.js", headers });
  expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect(script.headers["cache-control"]).toContain("immutable");
});
