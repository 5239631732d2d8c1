/**
 * The app as electron-builder packs it, around an Electron of a few empty files: what it holds, and that its backend, its
 * workers, its runner and its own Node work from a copy in an empty folder, without the checkout and without a network.
 */
import { fork, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { build, Platform } from "electron-builder";
import { expect, test } from "playwright/test";

import type { Job } from "#common/api.ts";
import { createClient } from "#common/wire/rpc.ts";
import { configurePackaging } from "../../main/electron/packaging/configuration.ts";
import { createFigure, figureTrace } from "./figure-trace.ts";

/** Bytes by which tools find the fuses in Electron's binary (electron/fuses, README): version 1, nine of them, all off. */
const FUSES = Buffer.concat([
  Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"),
  Buffer.from([1, 9]),
  Buffer.from("0".repeat(9)),
]);
const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const MEBIBYTE = 2 ** 20;

let folder = "";
let resources = "";
/** Copy of what is unpacked: all that a plain Node can read. */
let copy = "";

function makeElectron(dist: string): void {
  mkdirSync(path.join(dist, "resources"), { recursive: true });
  mkdirSync(path.join(dist, "locales"));
  writeFileSync(path.join(dist, "electron"), Buffer.concat([Buffer.from("not Electron"), FUSES, Buffer.alloc(64)]));
  for (const name of ["LICENSE", "LICENSES.chromium.html", "chrome-sandbox", "version"]) {
    writeFileSync(path.join(dist, name), "");
  }
}

function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}

const sizeOf = (root: string): number =>
  listFiles(root).reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);

/** Names in an archive of Electron: 16 bytes, then JSON (electron/asar, README, "Format"). */
function listArchive(archive: string): string[] {
  const bytes = readFileSync(archive);
  interface Entry {
    readonly files?: Readonly<Record<string, Entry>>;
  }
  const header = JSON.parse(bytes.toString("utf8", 16, 16 + bytes.readUInt32LE(12))) as Entry;
  const visit = ({ files }: Entry, prefix: string): string[] =>
    Object.entries(files ?? {}).flatMap(([name, entry]) =>
      entry.files === undefined ? [`${prefix}${name}`] : visit(entry, `${prefix}${name}/`),
    );
  return visit(header, "");
}

test.describe.configure({ mode: "serial" });
test.skip(
  process.platform !== "linux" || process.arch !== "x64",
  "packs for Linux on x86-64; the release does the rest",
);

test.beforeAll(async () => {
  test.setTimeout(180_000);
  folder = mkdtempSync(path.join(tmpdir(), "pipewave-packed-"));
  const dist = path.join(folder, "electron");
  makeElectron(dist);
  const output = path.join(folder, "dist");
  await build({
    projectDir: repositoryRoot,
    targets: Platform.LINUX.createTarget("dir"),
    config: { ...configurePackaging({ homepage: "https://example.com", output }), electronDist: dist },
    publish: "never",
  });
  resources = path.join(output, "linux-unpacked", "resources");
  copy = path.join(folder, "copy");
  cpSync(path.join(resources, "app.asar.unpacked"), copy, { recursive: true });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("holds the build, one native module for this system, the runner with its Node, and no other package", ({}, info) => {
  const archived = listArchive(path.join(resources, "app.asar"));
  const top = new Set(archived.map((file) => file.split("/")[0]));
  expect([...top].sort()).toEqual(["LICENSE", "node_modules", "out", "package.json"]);
  const packages = archived.filter((file) => file.startsWith("node_modules/")).map((file) => file.split("/")[1]);
  expect([...new Set(packages)]).toEqual(["better-sqlite3"]);
  expect(archived.filter((file) => file.endsWith(".node"))).toEqual([
    "node_modules/better-sqlite3/prebuilds/linux-x64.node",
  ]);
  expect(archived).toEqual(
    expect.arrayContaining([
      "out/main/index.js",
      "out/main/shard-worker.js",
      "out/preload/preload.cjs",
      "out/renderer/index.html",
    ]),
  );

  const unpacked = listFiles(path.join(resources, "app.asar.unpacked"));
  expect(archived.filter((file) => /^(?:out\/main|node_modules)\//.test(file)).sort()).toEqual(
    unpacked.filter((file) => file !== "package.json").sort(),
  );
  const runner = listFiles(path.join(resources, "runner"));
  expect(runner).toEqual(
    expect.arrayContaining(["bin/node", "native-runner/index.ts", "node_modules/webgpu/dist/linux-x64/dawn.node"]),
  );
  expect(runner.filter((file) => /electron|vitest|typescript|\.test\.ts$/.test(file))).toEqual([]);

  const whole = {
    app: sizeOf(path.join(resources, "app.asar.unpacked")) + statSync(path.join(resources, "app.asar")).size,
    runner: sizeOf(path.join(resources, "runner")),
  };
  info.annotations.push({ type: "size", description: JSON.stringify(whole) });
  expect(whole.app).toBeLessThan(16 * MEBIBYTE);
  expect(whole.runner).toBeLessThan(220 * MEBIBYTE);
});

test("its backend starts headless from a copy under the packed Node, imports a trace, and finds its runner", async () => {
  test.setTimeout(60_000);
  const node = path.join(resources, "runner", "bin", "node");
  const trace = path.join(folder, "figure.json");
  writeFileSync(trace, figureTrace(createFigure({ batches: 4 })));
  const child = fork(path.join(copy, "out", "main", "backend-process.js"), [], {
    execPath: node,
    execArgv: ["--import", path.join(import.meta.dirname, "packed-parent.ts")],
    cwd: copy,
    env: { PATH: "/usr/bin:/bin", HOME: folder },
    serialization: "advanced",
  });
  const said: unknown[] = [];
  const { promise: closed, resolve: markClosed } = Promise.withResolvers<undefined>();
  let receive: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
  child.on("message", (message: { told?: { type: string }; bytes?: Uint8Array<ArrayBuffer> }) => {
    if (message.bytes !== undefined) receive?.(message.bytes.slice());
    if (message.told !== undefined) said.push(message.told);
    if (message.told?.type === "closed") markClosed(undefined);
  });
  try {
    const options = {
      libraryPath: path.join(folder, "library"),
      version: "0",
      runner: { node, entry: path.join(resources, "runner", "native-runner", "index.ts") },
      runnerFolder: folder,
      workerEntry: `file://${path.join(copy, "out", "main", "worker.js")}`,
    };
    child.send({ say: { type: "start", options } });
    child.send({ say: { type: "connect" } });
    const { client, listen } = createClient({
      send: (bytes) => child.send({ bytes }),
      receive: (listener) => (receive = listener),
      close: () => undefined,
      closed: new Promise((resolve) => child.once("exit", () => resolve())),
    });
    const imported = new Promise<Job>((resolve) => {
      listen("jobChanged", (job) => {
        if (job.state !== "running") resolve(job);
      });
    });
    await client.startImport({ path: trace });
    expect(await imported).toMatchObject({ state: "done" });
    const [run] = await client.listRuns({});
    expect(run?.pipelineSpans).toBeGreaterThan(0);
    const backends = await client.listBackends({});
    expect(backends.find(({ name }) => name === "wasm")?.usable).toBe(true);
    child.send({ say: { type: "close" } });
    await closed;
    expect(said).toContainEqual({ type: "closed" });
  } finally {
    child.kill("SIGKILL");
  }
});

test("its Node needs nothing of this machine's", () => {
  const node = path.join(resources, "runner", "bin", "node");
  const { stdout } = spawnSync(node, ["-p", "process.versions.node"], { env: {}, encoding: "utf8" });
  expect(stdout).toMatch(/^24\./);
});
