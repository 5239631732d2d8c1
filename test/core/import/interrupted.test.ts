/** A process that is killed in the middle of an import leaves nothing that opens as a whole run. */
import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

const script = path.join(import.meta.dirname, "import-slowly.ts");
const EVENTS = 300_000;

function writeLargeTrace(folder: string): string {
  const file = path.join(folder, "trace");
  const events = Array.from(
    { length: EVENTS },
    (_, index) => `{"ph":"X","name":"a","ts":${index},"dur":1,"pid":1,"tid":1}`,
  );
  writeFileSync(file, `[${events.join(",\n")}]`);
  return file;
}

test.each([
  ["SIGKILL", "reading the trace"],
  ["SIGKILL", "writing the run"],
  ["SIGINT", "reading the trace"],
  ["SIGINT", "writing the run"],
] as const)("%s while %s", { timeout: 60_000 }, async (signal, step) => {
  const folder = makeTemporaryFolder();
  const file = writeLargeTrace(makeTemporaryFolder());
  const child = spawn(process.execPath, [script, file, path.join(folder, "out.pipewave")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on("exit", (code, by) => resolve(by ?? code));
  });
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    output += text;
    if (output.includes(step)) {
      child.kill(signal);
      break;
    }
  }
  expect(await ended).toBe(signal === "SIGKILL" ? "SIGKILL" : 130);
  const left = readdirSync(folder);
  expect(left).not.toContain("out.pipewave");
  if (signal === "SIGINT") expect(left).toEqual([]);
  for (const name of left) expect(() => openRun(path.join(folder, name))).toThrow(/incomplete|not a|interrupted/i);
});
