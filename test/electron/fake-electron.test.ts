/** The fake is only worth what it refuses: each of these would pass unnoticed on a lenient one, and fail in Electron. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { makeTemporaryFolder } from "../support/sample-trace.ts";
import { FakeChannel, FakeDomPort } from "./fake-ports.ts";
import { FakeContents } from "./fake-window.ts";

function contentsWith(preload: string) {
  const fetchPage = () => Promise.resolve(new Response("page"));
  return new FakeContents({ preload, sandbox: true, contextIsolation: true }, { session: {}, fetchPage });
}

test("a port between processes takes no buffer in transfer, and nothing that cannot be cloned", () => {
  const { port1 } = new FakeChannel();
  const buffer = new ArrayBuffer(8);
  expect(() => port1.postMessage(buffer, [buffer])).toThrow("not a valid port");
  expect(() => port1.postMessage(new SharedArrayBuffer(8))).toThrow("could not be cloned");
  expect(() => port1.postMessage({ column: new Int32Array(new SharedArrayBuffer(8)) })).toThrow("could not be cloned");
  expect(() => port1.postMessage({ act: () => undefined })).toThrow("could not be cloned");
});

test("a page that transfers a buffer to another process loses the message, one that copies it does not", async () => {
  const { port1, port2 } = new FakeChannel();
  const page = new FakeDomPort(port2.detach());
  const heard: unknown[] = [];
  const both = new Promise<void>((resolve) => {
    port1.on("message", ({ data }: { data: unknown }) => {
      heard.push(data);
      if (heard.length === 2) resolve();
    });
  });
  port1.start();
  const lost = new ArrayBuffer(4);
  page.postMessage(lost, [lost]);
  page.postMessage(new ArrayBuffer(4));
  await both;
  expect(heard).toEqual([null, new ArrayBuffer(4)]);
});

test("a port that was handed on cannot be used again", () => {
  const { port1, port2 } = new FakeChannel();
  port2.detach();
  expect(() => port1.postMessage("here", [port2])).toThrow("neutered");
});

test.each([
  { what: "an ES module by its name", name: "preload.mjs", text: "" },
  { what: "an ES module by its text", name: "preload.cjs", text: 'import { ipcRenderer } from "electron";' },
  { what: "a preload that wants Node", name: "preload.cjs", text: 'require("node:fs");' },
])("a sandbox refuses $what", async ({ name, text }) => {
  const preload = path.join(makeTemporaryFolder(), name);
  writeFileSync(preload, text);
  await expect(contentsWith(preload).load("app://pipewave/")).rejects.toThrow();
});
