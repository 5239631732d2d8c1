/** Everything works offline: a log of what the page asks for, in every view, names no other place than its own server. */
import { expect, openPage, settle, test } from "./served.ts";

test("no view asks anything of another machine", async ({ page, served }) => {
  const { host } = new URL(served.url);
  const asked: string[] = [];
  page.context().on("request", (request) => asked.push(request.url()));
  page.on("websocket", (socket) => asked.push(socket.url()));
  const run = served.runs["figure.json"] ?? "";
  const places: Record<string, string>[] = [
    {},
    { run },
    { view: "compare", a: run, b: run },
    { view: "capture" },
    { view: "simulate" },
  ];
  for (const place of places) {
    await openPage(page, served, place);
    await settle(page);
  }
  expect(asked.length).toBeGreaterThan(places.length);
  const local = new Set(["data:", "blob:"]);
  const elsewhere = asked.filter((address) => {
    const url = new URL(address);
    return !local.has(url.protocol) && url.host !== host;
  });
  expect(elsewhere).toEqual([]);
});
