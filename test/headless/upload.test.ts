/** Uploads and imports from end to end: bytes over HTTP, calls and events over WebSockets, several tabs. */
import { once } from "node:events";
import { existsSync, readdirSync, statSync, watch, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { gzipSync } from "node:zlib";

import { expect, onTestFinished, test } from "vitest";

import type { Job } from "#common/api.ts";
import { runId } from "#common/ids.ts";
import type { ClientConnection } from "../../main/common/wire/rpc.ts";
import { drawTrace, makeTemporaryFolder, TWO_RANKS, writeTrace } from "../support/sample-trace.ts";
import type { TestServer } from "./server.ts";
import { openTab, send, sendRaw, startTestServer, upload } from "./server.ts";

/** The next event about a job that has ended. */
function nextEnd(tab: ClientConnection): Promise<Job> {
  return new Promise((resolve) => {
    const stop = tab.listen("jobChanged", (job) => {
      if (job.state === "running") return;
      stop();
      resolve(job);
    });
  });
}

const uploadName = (body: string): string => (JSON.parse(body) as { upload: string }).upload;

/** What lies in the library besides runs: nothing may stay behind. */
const leftovers = ({ libraryPath }: TestServer): string[] => {
  const incoming = path.join(libraryPath, ".incoming");
  return existsSync(incoming) && statSync(incoming).isDirectory() ? readdirSync(incoming) : [];
};

test("a file that a page sends becomes a run, and every tab hears of it", async () => {
  const server = await startTestServer();
  const [tab, other] = [await openTab(server), await openTab(server)];
  const sent = await upload(server, "my trace.json.gz", gzipSync(drawTrace(TWO_RANKS)));
  expect(sent.status).toBe(200);
  const [seen, seenByOther] = [nextEnd(tab), nextEnd(other)];
  const job = await tab.client.startImport({ upload: uploadName(sent.body) });
  expect(await seen).toMatchObject({ id: job, state: "done", run: "my trace", title: "my trace.json.gz" });
  expect(await seenByOther).toMatchObject({ id: job, state: "done" });

  const [entry] = await other.client.listRuns({});
  expect(entry).toMatchObject({ id: "my trace", spans: 4, stages: 2, ranks: 2, makespanNs: 7000 });
  expect(entry.bubbleRatio).toBeCloseTo(3 / 7);
  const detail = await other.client.readRun({ run: runId("my trace") });
  expect(detail.rows.rank.map(({ label }) => label)).toEqual(["rank 0", "rank 1"]);
  expect(detail.importReport?.file).toBe(path.join(server.libraryPath, "my trace.pipewave"));
  expect(leftovers(server)).toEqual([]);
});

test("an upload can be imported once", async () => {
  const server = await startTestServer();
  const { client, ...tab } = await openTab(server);
  const name = uploadName((await upload(server, "a.json", drawTrace(TWO_RANKS))).body);
  const ended = nextEnd({ client, ...tab });
  await client.startImport({ upload: name });
  await expect(client.startImport({ upload: name })).rejects.toMatchObject({ code: "file-not-found" });
  expect(await ended).toMatchObject({ state: "done" });
});

test("a file that is no trace fails as a job, under the name that the person sent, and leaves nothing behind", async () => {
  const server = await startTestServer();
  const tab = await openTab(server);
  const name = uploadName((await upload(server, "../../etc/holiday.png", "\u0089PNG\r\n\u001a\n")).body);
  const ended = nextEnd(tab);
  await tab.client.startImport({ upload: name });
  const job = await ended;
  expect(job).toMatchObject({ state: "failed", title: "holiday.png", failure: { where: { file: "holiday.png" } } });
  expect(leftovers(server)).toEqual([]);
  expect(await tab.client.listRuns({})).toEqual([]);
});

test("of a name that no file system takes the middle gives way: its beginning and its end tell what it is", async () => {
  const server = await startTestServer();
  const tab = await openTab(server);
  const name = `night shift ${"学".repeat(150)} rank-7.json`;
  const sent = uploadName((await upload(server, name, "no trace")).body);
  const ended = nextEnd(tab);
  await tab.client.startImport({ upload: sent });
  const { title } = await ended;
  expect(title).toMatch(/^night shift 学{12}…学+ rank-7\.json$/);
  expect(Buffer.byteLength(title)).toBeLessThanOrEqual(200);
});

test("a file over the limit is refused before its body is read", async () => {
  const server = await startTestServer({ uploadLimitBytes: 1 << 20 });
  const answer = await send(server, {
    method: "POST",
    path: "/upload?name=a.json",
    headers: { origin: server.origin, cookie: server.cookie, "content-length": (1 << 20) + 1, expect: "100-continue" },
  }).catch((error: unknown) => error);
  expect(answer).toMatchObject({ status: 413 });
  expect(JSON.parse((answer as { body: string }).body)).toMatchObject({
    code: "too-large",
    what: "the file is larger than the 1 MiB that this server takes",
  });
  expect(leftovers(server)).toEqual([]);
});

test("a body of unknown length is cut off at the limit", async () => {
  const server = await startTestServer({ uploadLimitBytes: 1000 });
  const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
  const head = [
    "POST /upload?name=a.json HTTP/1.1",
    `host: 127.0.0.1:${server.port}`,
    `origin: ${server.origin}`,
    `cookie: ${server.cookie}`,
    "transfer-encoding: chunked",
    "",
    "",
  ].join("\r\n");
  expect(await sendRaw(server, `${head}${chunk}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  expect(leftovers(server)).toEqual([]);
});

test("a file of exactly the limit is taken", async () => {
  const body = drawTrace(TWO_RANKS);
  const server = await startTestServer({ uploadLimitBytes: Buffer.byteLength(body) });
  expect((await upload(server, "a.json", body)).status).toBe(200);
});

test("uploads that nobody imported go with the server", async () => {
  const server = await startTestServer();
  await upload(server, "a.json", "[]");
  expect(leftovers(server)).toHaveLength(1);
  await server.close();
  expect(leftovers(server)).toEqual([]);
});

test("a call larger than any real one ends the connection, and the server goes on", async () => {
  const server = await startTestServer();
  const tab = await openTab(server);
  const name = "x".repeat(2 << 20);
  await expect(tab.client.renameRun({ run: runId("a"), name })).rejects.toMatchObject({ code: "connection-lost" });
  expect((await (await openTab(server)).client.describeHost({})).version).toBe("1.2.3");
});

test("an import by path, a second one of the same bytes, and one of other bytes under the same name", async () => {
  const server = await startTestServer();
  const tab = await openTab(server);
  const importFile = async (file: string): Promise<Job> => {
    const ended = nextEnd(tab);
    await tab.client.startImport({ path: file });
    return ended;
  };
  const folder = makeTemporaryFolder();
  expect(await importFile(writeTrace(folder, "a.json"))).toMatchObject({ run: "a" });
  expect(await importFile(writeTrace(folder, "copy.json"))).toMatchObject({ run: "a", step: "already in the library" });
  expect(await importFile(writeTrace(folder, "a.json", ["0011", "..0011"]))).toMatchObject({ run: "a 2" });
  expect((await tab.client.listRuns({})).map(({ id }) => id).sort()).toEqual(["a", "a 2"]);
});

test("closing the server ends its connections and its workers", async () => {
  const server = await startTestServer();
  const tab = await openTab(server);
  await server.close();
  await tab.closed;
  await expect(tab.client.listRuns({})).rejects.toMatchObject({ code: "connection-lost" });
  await expect(send(server, { path: "/" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("an upload that is broken off leaves nothing behind, and the server goes on", async () => {
  const server = await startTestServer();
  const socket = connect({ host: "127.0.0.1", port: server.port });
  const head = [
    "POST /upload?name=a.json HTTP/1.1",
    `host: 127.0.0.1:${server.port}`,
    `origin: ${server.origin}`,
    `cookie: ${server.cookie}`,
    "content-length: 1000",
    "expect: 100-continue",
    "",
    "half of it",
  ].join("\r\n");
  socket.write(head);
  await once(socket, "data"); // "100 Continue": the file is open
  expect(leftovers(server)).toHaveLength(1);
  const watcher = watch(path.join(server.libraryPath, ".incoming"));
  onTestFinished(() => watcher.close());
  socket.destroy();
  while (leftovers(server).length > 0) await once(watcher, "change");
  expect((await upload(server, "a.json", "[]")).status).toBe(200);
});

test("a library that cannot be written says so", async () => {
  const server = await startTestServer();
  writeFileSync(path.join(server.libraryPath, ".incoming"), "in the way");
  const answer = await upload(server, "a.json", "[]");
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body)).toMatchObject({
    code: "write-failed",
    where: { file: expect.any(String) as string },
  });
});
