/**
 * A trace that several threads read gives the run, the report and the error that one thread gives, wherever it is cut: within
 * texts that look like events, within events that need earlier ones, in traces that break off.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { AppError } from "../../../main/common/errors.ts";
import { importTrace } from "../../../main/core/import/import-trace.ts";
import type { ImportOptions } from "../../../main/core/import/import-trace.ts";
import { dumpRun } from "../../support/dump-run.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

/** Reading is handed to the threads behind the first window of 1 MiB: traces must be larger. */
const BYTES = 3 << 20;
const FEW_BYTES = (1 << 20) + (1 << 16);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-shards-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Texts that a guess at the beginning of an event falls for. */
const trap = (random: Random) =>
  random
    .pick(['{\\"ph\\":1},{\\"ph\\":2}', "},{", '}, {\\"', "\\\\", '\\"', "\\u007b", "é},{"])
    .repeat(1 + random.below(4));

type Shape = (random: Random, index: number) => string;

function complete(random: Random, index: number, args: string, name = `${random.below(4)} conv`): string {
  const ts = `${index * 5}.${String(random.below(1000)).padStart(3, "0")}`;
  return `{"ph":"X","name":"${name}","cat":"pipeline","ts":${ts},"dur":${random.below(90)}.5,"pid":${random.below(4)},"tid":0,"args":${args}}`;
}

const ours = (random: Random, index: number) =>
  complete(random, index, `{"stage":${random.below(4)},"batch":${index >> 2},"phase":"compute"}`);

const SHAPES: Record<string, Shape> = {
  "plain events": ours,
  "clocks of the epoch": (random, index) => ours(random, index + 34e13),
  "texts that look like events": (random, index) =>
    complete(random, index, `{"note":"${trap(random)}","list":[{"ph":1},{"ph":"X"},{"ph":3}]}`, trap(random)),
  "long texts across pieces": (random, index) =>
    complete(random, index, `{"note":"${index % 400 === 0 ? '},{\\"ph\\":'.repeat(9_000) : "x"}"}`),
  "all types of events": (random, index) => {
    const at = `"ts":${index},"pid":${random.below(3)},"tid":${random.below(3)}`;
    switch (random.below(index < 40_000 ? 8 : 12)) {
      case 0:
        return `{"ph":"i","name":"mark ${random.below(5)}",${at},"s":"g","args":{"n":${index}}}`;
      case 1:
        return `{"ph":"C","name":"memory",${at},"args":{"used":${index},"free":${random.below(9)}}}`;
      case 2:
        return `{"ph":"s","name":"flow","id":${index},${at}}`;
      case 3:
        return `{"ph":"M","name":"thread_name",${at},"args":{"name":"worker ${random.below(99)}"}}`;
      case 4:
        return `{"ph":"${random.pick(["?", "v", "O"])}","name":"odd",${at}}`;
      case 5:
        return random.below(50) === 0 ? "7" : complete(random, index, `{"a":NaN,}`);
      case 8:
        return `{"ph":"B","name":"open",${at},"args":{"k":${index}}}`;
      case 9:
        return `{"ph":"E",${at}}`;
      case 10:
        return `{"ph":"b","name":"async","cat":"c","id":${random.below(9)},${at}}`;
      case 11:
        return `{"ph":"e","name":"async","cat":"c","id":${random.below(9)},${at}}`;
      default:
        return ours(random, index);
    }
  },
};

function write(shape: Shape, between: (random: Random) => string = () => ",\n", bytes = BYTES): string {
  const random = createRandom(7);
  const parts = ['{"displayTimeUnit":"ms","traceEvents":['];
  for (let size = 0, index = 0; size < bytes; index++) {
    const text = (index === 0 ? "" : between(random)) + shape(random, index);
    size += text.length;
    parts.push(text);
  }
  return `${parts.join("")}\n],"schemaVersion":1}`;
}

async function outcome(
  file: string,
  shards: NonNullable<ImportOptions["shards"]>,
  options: Partial<ImportOptions> = {},
) {
  const out = path.join(folder, "out.pipewave");
  try {
    const report = await importTrace({ path: file, out, replace: true, shards, ...options });
    const reader = openRun(out);
    try {
      return { dump: dumpRun(reader), names: reader.names, report: { ...report, elapsedMs: 0, peakRssBytes: 0 } };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof AppError) return { error: error.fields };
    throw error;
  }
}

async function expectSame(content: string | Uint8Array, bytes: number, options: Partial<ImportOptions> = {}) {
  const file = path.join(folder, "trace.json");
  writeFileSync(file, content);
  const alone = await outcome(file, { threads: 1 }, options);
  const together = await outcome(file, { threads: 2, bytes }, options);
  expect(together).toEqual(alone);
  return alone;
}

test.each(Object.keys(SHAPES))("%s", async (shape) => {
  const { dump } = await expectSame(write(SHAPES[shape]), 20_011);
  expect(dump?.length).toBeGreaterThan(BYTES / 16);
});

test.each(Object.keys(SHAPES).flatMap((shape) => [3, 700].map((bytes) => [shape, bytes] as const)))(
  "%s, in pieces of hardly an event: %i bytes",
  async (shape, bytes) => {
    await expectSame(write(SHAPES[shape], undefined, FEW_BYTES), bytes);
  },
);

test("texts and names that are different in every event", async () => {
  const { names } = await expectSame(
    write((random, index) => complete(random, index, `{"id":"${random.below(1e9)}"}`, `step ${index}`)),
    900_000,
  );
  expect(names?.length).toBeGreaterThan(BYTES / 256);
});

test("spaces between and within events", async () => {
  await expectSame(
    write(ours, (random) => random.pick([" , ", ",\r\n\t", ","])),
    100_000,
  );
});

test("a compressed trace", async () => {
  await expectSame(gzipSync(write(SHAPES["texts that look like events"])), 100_000);
});

test.each([
  ["breaks off in the middle of an event", (text: string) => text.slice(0, -4_000)],
  ["holds what is no JSON", (text: string) => `${text.slice(0, 2_500_000)}\u0001${text.slice(2_500_000)}`],
  ["goes on behind its end", (text: string) => `${text} 1`],
])("a trace that %s", async (_, damage) => {
  const text = damage(write(ours));
  const { error } = await expectSame(text, 100_000);
  expect(error?.where?.byteOffset).toBeGreaterThan(2_400_000);
  await expectSame(text, 100_000, { keepPartial: true });
});

test("a compressed trace that was cut off", async () => {
  const packed = gzipSync(write(ours));
  const { error } = await expectSame(packed.subarray(0, packed.length - 5_000), 100_000);
  expect(error?.code).toBe("corrupt-compression");
  await expectSame(packed.subarray(0, packed.length - 5_000), 100_000, { keepPartial: true });
});

/** A thread that says it is there, and does something else with its first piece. */
const threadThat = (does: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads";
      parentPort.on("message", () => { ${does}; });
      parentPort.postMessage({ type: "ready" });`)}`,
  );

test.each([
  ["throws", threadThat('throw new Error("no more")'), /died: no more$/],
  ["exits", threadThat("process.exit(3)"), /died: it ended with 3$/],
  ["is not there", new URL("./no-such-worker.ts", import.meta.url), /died: Cannot find module/],
])("a thread that %s ends the import with an error that says so", async (_, entry, what) => {
  const file = path.join(folder, "trace.json");
  writeFileSync(file, write(ours));
  const { error } = await outcome(file, { threads: 2, bytes: 100_000, entry });
  expect(error).toMatchObject({ code: "worker-died", where: { file } });
  expect(error?.what).toMatch(what);
  expect(readdirSync(folder)).toEqual(["trace.json"]);
});

test.each([0.05, 0.35, 0.6, 0.69])(
  "cancelling while threads read, at %f, leaves nothing behind and no thread",
  async (at) => {
    const file = path.join(folder, "trace.json");
    writeFileSync(file, write(ours));
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const threads = countThreads();
    const importing = importTrace({
      path: file,
      out: path.join(folder, "out.pipewave"),
      shards: { threads: 3, bytes: 50_000 },
      signal: controller.signal,
      onProgress: ({ share }) => {
        if (share > at) controller.abort(reason);
      },
    });
    await expect(importing).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual(["trace.json"]);
    expect(countThreads()).toBe(threads);
  },
);

/** Threads of this process that hold its event loop, by the ports that lead to them. */
const countThreads = () => process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length;

test("a small trace is read by one thread, a large one by no more than are asked for", async () => {
  const file = path.join(folder, "trace.json");
  writeFileSync(file, write(ours));
  const before = countThreads();
  const most = { small: 0, large: 0 };
  for (const [size, shards] of [
    ["small", { threads: 3 }],
    ["large", { threads: 2, bytes: 100_000 }],
  ] as const) {
    await importTrace({
      path: file,
      out: path.join(folder, "out.pipewave"),
      replace: true,
      shards,
      onProgress: () => (most[size] = Math.max(most[size], countThreads() - before)),
    });
  }
  expect(most).toEqual({ small: 0, large: 2 });
});
