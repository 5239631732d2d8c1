/** Commands that are stopped, or whose reader goes away, leave nothing behind that opens as a whole run. */
import { readdirSync, watch, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { makeTemporaryFolder } from "../support/sample-trace.ts";
import { runCli, startCli } from "./run-cli.ts";

/** Enough spans that writing them takes several turns of the event loop. */
const SPANS = 300_000;

function writeLargeTrace(folder: string): void {
  const event = (i: number): string =>
    `{"name":"compute","ph":"X","pid":0,"tid":0,"ts":${i},"dur":1,"args":{"stage":0,"batch":${i},"phase":"compute"}}`;
  const events = Array.from({ length: SPANS }, (_, i) => event(i));
  writeFileSync(path.join(folder, "large.json"), `[${events.join(",\n")}]`);
}

/** Resolved as soon as a run file is being written in the folder. */
function whenWriting(folder: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_, name) => {
      if (name?.endsWith(".writing") !== true) return;
      watcher.close();
      resolve();
    });
  });
}

test("Ctrl-C in the middle of an import ends it with 130 and leaves no file", { timeout: 30_000 }, async () => {
  const folder = makeTemporaryFolder();
  writeLargeTrace(folder);
  const writing = whenWriting(folder);
  const { child, ended } = startCli(["import", "large.json", "--json"], { folder });
  await writing;
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toBe("stopped before the end; nothing was left behind\n");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "stopped" } });
  expect(readdirSync(folder)).toEqual(["large.json"]);
});

test("a process that is killed leaves nothing that opens as a run", { timeout: 30_000 }, async () => {
  const folder = makeTemporaryFolder();
  writeLargeTrace(folder);
  const writing = whenWriting(folder);
  const { child, ended } = startCli(["import", "large.json"], { folder });
  await writing;
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
  const [remains] = readdirSync(folder).filter((name) => name !== "large.json");
  expect(remains).toMatch(/\.writing$/);
  const { code, stderr } = await runCli(["report", remains], { folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/interrupted|incomplete|not finished|unfinished|no bytes/);
});

test("a reader that goes away ends a command quietly", { timeout: 30_000 }, async () => {
  const folder = makeTemporaryFolder();
  writeLargeTrace(folder);
  await runCli(["import", "large.json"], { folder });
  const { child, ended } = startCli(["export", "large.pipewave", "--format", "csv", "-o", "-"], { folder });
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { stderr, signal } = await ended;
  expect({ stderr, signal }).toEqual({ stderr: "", signal: null });
});
