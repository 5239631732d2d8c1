/** `serve` and `open` as processes: what they print, how they end. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { makeTemporaryFolder, writeTrace } from "../support/sample-trace.ts";

const cli = path.resolve(import.meta.dirname, "../../main/cli/index.ts");

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => (output.stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output.stderr += bytes.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
  });
  return { child, output, ended };
}

/** Waits until stdout holds what is looked for. */
async function untilPrinted({ child, output }: { child: ChildProcess; output: { stdout: string } }, text: RegExp) {
  while (!text.test(output.stdout)) {
    if (child.stdout === null) throw new Error("no stdout");
    await once(child.stdout, "data");
  }
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "open prints one address with the run, serves it, and ends well on %s",
  async (signal) => {
    const folder = makeTemporaryFolder();
    const library = path.join(folder, "library");
    const process = start(["open", writeTrace(folder, "my run.json")], { PIPEWAVE_LIBRARY: library });
    await untilPrinted(process, /\n/);
    expect(process.output.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}#run=my\+run\n$/);
    const answer = await fetch(process.output.stdout.trim(), { redirect: "manual" });
    expect(answer.status).toBe(303);
    process.child.kill(signal);
    expect(await process.ended).toBe(0);
    expect(readdirSync(library).filter((name) => !name.startsWith("."))).toEqual(["my run.pipewave"]);
  },
);

test("open --compare prints the address of the first two side by side, and wants two", async () => {
  const folder = makeTemporaryFolder();
  const library = { PIPEWAVE_LIBRARY: path.join(folder, "library") };
  const [a, b] = [writeTrace(folder, "a.json"), writeTrace(folder, "b.json")];
  const process = start(["open", a, b, "--compare"], library);
  await untilPrinted(process, /\n/);
  expect(process.output.stdout).toMatch(/#view=compare&a=a&b=\w+\n$/);
  process.child.kill("SIGTERM");
  expect(await process.ended).toBe(0);
  const alone = start(["open", a, "--compare"], library);
  expect(await alone.ended).toBe(2);
  expect(alone.output.stderr).toContain("--compare needs two files");
});

test("serve --json prints one document that says what was opened and what failed", async () => {
  const folder = makeTemporaryFolder();
  const library = path.join(folder, "library");
  const process = start(["serve", library, "--json", "--open", writeTrace(folder, "a.json"), "/no/such/file"]);
  await untilPrinted(process, /\n\}\n$/);
  const document = JSON.parse(process.output.stdout) as object;
  expect(document).toMatchObject({
    library,
    opened: [{ run: "a" }, { file: "/no/such/file", failure: { code: "file-not-found" } }],
  });
  expect(process.output.stderr).toContain("/no/such/file: there is no such file or folder");
  process.child.kill("SIGTERM");
  expect(await process.ended).toBe(0);
});

test("a port that is in use and a folder that cannot be used are one sentence and exit code 1", async () => {
  const folder = makeTemporaryFolder();
  const first = start(["serve", folder, "--json"]);
  await untilPrinted(first, /\n\}\n$/);
  const { port } = JSON.parse(first.output.stdout) as { port: number };
  const second = start(["serve", folder, "--port", String(port)]);
  expect(await second.ended).toBe(1);
  expect(second.output.stderr).toMatch(/^port \d+ is in use already; choose another --port.*\n$/);
  const third = start(["serve", path.join(writeTrace(folder, "a.json"), "below")]);
  expect(await third.ended).toBe(1);
  expect(third.output.stderr).toMatch(/^[^\n]*the folder of runs cannot be used; choose another folder\n$/);
});

test.each([
  ["--port", "70000"],
  ["--port", "x"],
  ["--upload-limit", "much"],
])("%s %s is a wrong call", async (...flags) => {
  const process = start(["serve", ...flags]);
  expect(await process.ended).toBe(2);
});
