/** What is no trace, or not a whole one: one clear sentence with the reason and the place, and nothing left behind. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";
import { failImport, importContent } from "./import-text.ts";

const EVENT = '{"ph":"X","name":"a","ts":1,"dur":2,"pid":1,"tid":1}';
const TRACE = `{"traceEvents":[${Array.from({ length: 4000 }, (_, index) => EVENT.replace("1,", `${index * 3},`)).join(",")}]}`;

async function sentence(content: string | Uint8Array, options: Parameters<typeof failImport>[1] = {}): Promise<string> {
  const { error, left } = await failImport(content, options);
  expect(left).toEqual([]);
  expect(error).toBeInstanceOf(AppError);
  return (error as AppError).message.replace(/^.*unknown: /, "");
}

describe("no traces", () => {
  test.each<[string, string | Uint8Array, string]>([
    ["an empty file", "", "the file is empty"],
    ["an empty gzip file", gzipSync(""), "the file holds no bytes"],
    ["a PNG", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"), "it looks like a PNG picture"],
    [
      "random bytes",
      Uint8Array.from({ length: 5000 }, (_, index) => Math.imul(index + 7, 0x9e37_79b1) >>> 13),
      "it looks like binary data",
    ],
    ["a web page", "<!doctype html><title>Login</title>", "it looks like an HTML page"],
    ["JSON of another kind", '{"job":1,"steps":[{"ph":"X"}]}', 'it has the keys "job", "steps", "ph"'],
    ["an array of numbers", "[1,2,3]", "it looks like a JSON array that holds no trace events"],
    ["an array of other objects", '[{"a":1}]', "it looks like a JSON array that holds no trace events"],
    ["text", "hello world\nsecond line", 'it looks like text that begins with "hello world"'],
    ["white space", " \n ", "it looks like white space only"],
    ["a trace without events", '{"traceEvents":[]}', "the trace holds no events"],
    ["an empty array", "[]", "the trace holds no events"],
    ["metadata only", '[{"ph":"M","name":"process_name","pid":1,"args":{"name":"a"}}]', "the trace holds no event"],
    ["unusable events only", '[{"ph":"X","ts":null,"dur":1}]', "time (ts) that is no number"],
  ])("%s", async (_, content, words) => {
    expect(await sentence(content)).toContain(words);
  });

  test("a large JSON without traceEvents is told by its keys, however far they are", async () => {
    const filler = JSON.stringify("x".repeat(1_500_000));
    expect(await sentence(`{"first":${filler},"second":${filler}}`)).toContain(
      'it has the keys "first", "second", and no traceEvents',
    );
  });
});

describe("damaged traces", () => {
  test.each([
    ["a second document", `[${EVENT}] [${EVENT}]`, EVENT.length + 3],
    ["a missing comma", `[${EVENT}${EVENT}]`, EVENT.length + 1],
    ["a missing quote", '[{"ph":"X","name":a}]', 18],
    ["a control character in a text", '[{"ph":"X","name":"a\nb"}]', 20],
    ["a bad escape", String.raw`[{"ph":"X","name":"\q"}]`, 20],
    ["a number with a leading zero", '[{"ph":"X","ts":01}]', 16],
    ["brackets that do not match", '[{"ph":"X","args":{"a":[}]}}]', 24],
    ["traceEvents that is no array", '{"traceEvents":{"a":1}}', 15],
  ])("%s is found at its byte", async (_, text, byteOffset) => {
    const { error } = await failImport(text);
    expect(error).toMatchObject({ code: "malformed-trace", fields: { where: { byteOffset } } });
  });

  test("the byte is right far into a large file", async () => {
    const text = `[${Array.from({ length: 60_000 }, () => EVENT).join(",")},{"ph":"X" "name"}]`;
    const { error } = await failImport(text);
    expect(error).toMatchObject({ code: "malformed-trace", fields: { where: { byteOffset: text.length - 8 } } });
  });
});

describe("traces that are cut off", () => {
  const cuts = [TRACE.length - 1, TRACE.length - 2, TRACE.length - 20, 100_000, 20];

  test.each(cuts)("cut at byte %i: an error that says what to do", async (at) => {
    const { error, left } = await failImport(TRACE.slice(0, at));
    expect(error).toMatchObject({ code: "truncated-trace" });
    expect((error as AppError).message).toContain("--keep-partial");
    expect(left).toEqual([]);
  });

  test.each(cuts.slice(0, -1))("cut at byte %i: what is whole, when asked for", async (at) => {
    const { report } = await importContent(TRACE.slice(0, at), { keepPartial: true });
    const whole = TRACE.slice(0, at).split("}").length - 1;
    expect(report.events.spans).toBe(Math.min(4000, whole));
    expect(report.repaired.join()).toContain("the trace ends early, at byte");
  });

  test("a bare array cut inside an event is an error, and imported when asked for", async () => {
    const text = `[${EVENT},${EVENT.slice(0, 20)}`;
    expect((await failImport(text)).error).toMatchObject({
      code: "truncated-trace",
      fields: { where: { byteOffset: EVENT.length + 2 } },
    });
    expect((await importContent(text, { keepPartial: true })).report.events.spans).toBe(1);
  });
});

describe("compressed traces", () => {
  const compress = { gzip: gzipSync, zstd: zstdCompressSync };

  test.each(["gzip", "zstd"] as const)("%s is told by its content", async (kind) => {
    const { report } = await importContent(compress[kind](TRACE));
    expect(report.events.spans).toBe(4000);
  });

  test.each(["gzip", "zstd"] as const)("%s in several pieces", async (kind) => {
    const pieces = [TRACE.slice(0, 1000), TRACE.slice(1000, 50_000), TRACE.slice(50_000)].map((piece) =>
      compress[kind](piece),
    );
    const { report } = await importContent(Buffer.concat(pieces));
    expect(report.events.spans).toBe(4000);
  });

  test.each(["gzip", "zstd"] as const)("%s cut in the middle", async (kind) => {
    const bytes = compress[kind](TRACE);
    const cut = bytes.subarray(0, bytes.length >> 1);
    const { error, left } = await failImport(cut);
    expect(error).toMatchObject({
      code: "corrupt-compression",
      fields: { where: { byteOffset: cut.length, compressed: true } },
    });
    expect(left).toEqual([]);
  });

  test("gzip cut in the middle: what is whole, when asked for", async () => {
    const bytes = gzipSync(TRACE);
    const { report } = await importContent(bytes.subarray(0, bytes.length >> 1), { keepPartial: true });
    expect(report.events.spans).toBeGreaterThan(100);
    expect(report.events.spans).toBeLessThan(4000);
    expect(report.repaired.join()).toContain("the gzip data is cut off");
  });

  test("damaged gzip is an error with a place", async () => {
    const bytes = gzipSync(TRACE);
    bytes[bytes.length >> 1] ^= 0xff;
    const { error } = await failImport(bytes);
    expect(error).toMatchObject({ code: expect.stringMatching(/corrupt-compression|malformed-trace/) as string });
  });
});

describe("places", () => {
  test("a file that is not there", async () => {
    const folder = makeTemporaryFolder();
    const importing = importTrace({ path: path.join(folder, "none.json"), out: path.join(folder, "out.pipewave") });
    await expect(importing).rejects.toMatchObject({ code: "file-not-found" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder", async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(path.join(folder, "traces"));
    const importing = importTrace({ path: path.join(folder, "traces"), out: path.join(folder, "out.pipewave") });
    await expect(importing).rejects.toMatchObject({ code: "file-unreadable" });
  });

  test("a run file is not replaced unless that is asked for", async () => {
    const folder = makeTemporaryFolder();
    const trace = path.join(folder, "trace");
    const out = path.join(folder, "out.pipewave");
    writeFileSync(trace, TRACE);
    writeFileSync(out, "mine");
    await expect(importTrace({ path: trace, out })).rejects.toMatchObject({ code: "file-exists" });
    await expect(importTrace({ path: trace, out, replace: true })).resolves.toMatchObject({ events: { spans: 4000 } });
  });

  test("a cancelled import throws the reason and leaves nothing", async () => {
    const controller = new AbortController();
    const text = `[${Array.from({ length: 300_000 }, () => EVENT).join(",")}]`;
    const onProgress = () => controller.abort(new Error("enough"));
    const { error, left } = await failImport(text, { signal: controller.signal, onProgress });
    expect(error).toMatchObject({ message: "enough" });
    expect(left).toEqual([]);
  });
});
