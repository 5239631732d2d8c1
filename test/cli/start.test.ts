/**
 * What `npm start` opens: the door of a checkout, in a checkout made for the test whose Electron and whose commands only say
 * how they were called.
 */
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, realpathSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import { installationKey, markInstalled } from "../../main/cli/bootstrap.mjs";
import { makeTemporaryFolder } from "../support/sample-trace.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const ELECTRON = "node_modules/electron/dist/electron";

interface Checkout {
  readonly root: string;
  readonly write: (name: string, text: string) => void;
  /** Standard output and error of `npm start -- args`, and how it ended. */
  readonly start: (
    args: readonly string[],
    env: Record<string, string>,
  ) => Promise<{ out: string; err: string; code: number | null }>;
}

/** @param electron a shell script; absent: it was never fetched */
function makeCheckout(electron?: string): Checkout {
  const root = realpathSync(makeTemporaryFolder());
  const write = (name: string, text: string): void => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write("package.json", '{ "type": "module" }');
  write("package-lock.json", "{}");
  write("node_modules/.package-lock.json", "{}");
  write("main/cli/index.ts", 'process.stdout.write(`page ${process.argv.slice(2).join(" ")}`);\n');
  copyFileSync(path.join(repositoryRoot, "main/cli/bootstrap.mjs"), path.join(root, "main/cli/bootstrap.mjs"));
  if (electron !== undefined) {
    write("node_modules/electron/path.txt", "electron\n");
    write(ELECTRON, `#!/bin/sh\n${electron}\n`);
    chmodSync(path.join(root, ELECTRON), 0o755);
  }
  write("out/.built", "");
  const later = Date.now() / 1_000 + 60;
  utimesSync(path.join(root, "out/.built"), later, later);
  markInstalled(root, installationKey(root));
  return {
    root,
    write,
    start: (args, env) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [path.join(root, "main/cli/bootstrap.mjs"), "start", ...args], {
          env: { PATH: process.env["PATH"] ?? "", ...env },
          stdio: ["ignore", "pipe", "pipe"],
        });
        const said = { out: "", err: "" };
        child.stdout.on("data", (text: Buffer) => (said.out += text.toString()));
        child.stderr.on("data", (text: Buffer) => (said.err += text.toString()));
        child.on("error", reject);
        child.on("close", (code) => resolve({ ...said, code }));
      }),
  };
}

const SAYS_SO = 'printf "desktop %s" "$*"';
const X = { DISPLAY: ":9" };

describe.skipIf(process.platform === "win32")("npm start", () => {
  test("opens the desktop with the files where Electron and a display are", async () => {
    const { root, start } = makeCheckout(SAYS_SO);
    const said = { out: `desktop ${root} a.json b.json`, err: "", code: 0 };
    expect(await start(["a.json", "b.json"], X)).toEqual(said);
    expect(await start(["a.json", "b.json"], { WAYLAND_DISPLAY: "wayland-0" })).toEqual(said);
  });

  test.skipIf(process.platform !== "linux")("opens the page without a word where there is no display", async () => {
    const { start } = makeCheckout(SAYS_SO);
    expect(await start(["a.json"], { DISPLAY: "" })).toEqual({ out: "page open a.json", err: "", code: 0 });
  });

  test("opens the page where Electron was not fetched, and for whatever has options", async () => {
    expect(await makeCheckout().start([], X)).toEqual({ out: "page open", err: "", code: 0 });
    const { start } = makeCheckout(SAYS_SO);
    expect(await start(["--demo"], X)).toEqual({ out: "page open --demo", err: "", code: 0 });
  });

  test.each([
    { what: "a library is missing", electron: "echo 'libnss3.so: cannot open shared object file' >&2; exit 127" },
    { what: "its sandbox cannot be made", electron: "kill -TRAP $$" },
  ])("opens the page with the reason where $what", async ({ electron }) => {
    const { start } = makeCheckout(electron);
    const { out, err, code } = await start(["a.json"], X);
    expect({ out, code }).toEqual({ out: "page open a.json", code: 0 });
    expect(err).toMatch(
      /The desktop cannot be started: it ended with code 1\d\d\. Pipewave opens in the browser instead\.\n$/,
    );
    if (electron.includes("libnss3")) expect(err).toContain("libnss3.so");
  });

  test("opens the page where the binary cannot be executed", async () => {
    const { root, start } = makeCheckout(SAYS_SO);
    chmodSync(path.join(root, ELECTRON), 0o644);
    const { out, err } = await start([], X);
    expect(out).toBe("page open");
    expect(err).toContain("The desktop cannot be started: ");
  });

  test("a desktop that somebody ends is not followed by a page", async () => {
    const { start } = makeCheckout("kill -TERM $$");
    expect(await start([], X)).toEqual({ out: "", err: "", code: 128 + 15 });
  });
});
