/** The pure parts of bootstrap.mjs: what is stale and what is not, in folders made for the purpose. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { findDesktop, installationKey, isBuilt, isInstalled, markInstalled } from "../../main/cli/bootstrap.mjs";

let root = "";

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "pipewave-bootstrap-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes a file whose modification time is `atSeconds`, so that no test depends on the clock. */
function write(name: string, text: string, atSeconds: number): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  touch(name, atSeconds);
}

function touch(name: string, atSeconds: number): void {
  utimesSync(path.join(root, name), atSeconds, atSeconds);
}

describe("isInstalled", () => {
  const lockText = (versions: Record<string, string>, optional: string[] = []) =>
    JSON.stringify({
      packages: {
        "": { name: "pipewave" },
        ...Object.fromEntries(
          Object.entries(versions).map(([name, version]) => [
            `node_modules/${name}`,
            { version, ...(optional.includes(name) ? { optional: true } : {}) },
          ]),
        ),
      },
    });

  beforeEach(() => {
    write("package.json", JSON.stringify({ dependencies: { ws: "8.0.0" } }), 100);
    write("package-lock.json", lockText({ ws: "8.0.0" }), 100);
    mkdirSync(path.join(root, "node_modules"));
  });

  test("a fresh clone is not installed", () => {
    expect(isInstalled(root)).toBe(false);
  });

  test("what was marked stays installed until something changes", () => {
    markInstalled(root, installationKey(root));
    expect(isInstalled(root)).toBe(true);
  });

  test("a lock file with other packages makes it stale", () => {
    markInstalled(root, installationKey(root));
    write("package-lock.json", lockText({ ws: "8.0.1" }), 200);
    expect(isInstalled(root)).toBe(false);
  });

  test("a dependency that is only in package.json makes it stale", () => {
    markInstalled(root, installationKey(root));
    write("package.json", JSON.stringify({ dependencies: { ws: "8.0.0", zod: "4.0.0" } }), 200);
    expect(isInstalled(root)).toBe(false);
  });

  test("a checkout that only touches the files keeps it", () => {
    markInstalled(root, installationKey(root));
    touch("package-lock.json", 300);
    touch("package.json", 300);
    expect(isInstalled(root)).toBe(true);
  });

  test("a script added to package.json keeps it", () => {
    markInstalled(root, installationKey(root));
    write("package.json", JSON.stringify({ scripts: { extra: "true" }, dependencies: { ws: "8.0.0" } }), 200);
    expect(isInstalled(root)).toBe(true);
  });

  test("an installation made with npm itself is adopted where it agrees with the lock file", () => {
    write(
      "package-lock.json",
      lockText({ ws: "8.0.0", "for-another-platform": "1.0.0" }, ["for-another-platform"]),
      100,
    );
    write("node_modules/.package-lock.json", lockText({ ws: "8.0.0" }), 100);
    expect(isInstalled(root)).toBe(true);
  });

  test("an installation made with npm itself is not adopted where a version differs", () => {
    write("node_modules/.package-lock.json", lockText({ ws: "7.9.9" }), 100);
    expect(isInstalled(root)).toBe(false);
  });

  test("a damaged stamp means that nothing is known", () => {
    write("node_modules/.pipewave-installed.json", '{"times":', 100);
    expect(isInstalled(root)).toBe(false);
  });
});

describe("isBuilt", () => {
  const built = path.join("out", ".built");

  beforeEach(() => {
    write("renderer/views/Frame.svelte", "", 100);
    write("package-lock.json", "{}", 100);
    for (const folder of ["renderer/views", "renderer"]) touch(folder, 100);
  });

  test("without a build it is stale", () => {
    expect(isBuilt(root)).toBe(false);
  });

  test("a build newer than everything that goes into it is fresh", () => {
    write(built, "", 150);
    expect(isBuilt(root)).toBe(true);
  });

  test("a change deep in the renderer makes it stale", () => {
    write(built, "", 150);
    touch("renderer/views/Frame.svelte", 200);
    expect(isBuilt(root)).toBe(false);
  });

  test("a removed file makes it stale", () => {
    write(built, "", 150);
    rmSync(path.join(root, "renderer/views/Frame.svelte"));
    touch("renderer/views", 200); // as the file system does it
    expect(isBuilt(root)).toBe(false);
  });

  test("a change in the tests does not", () => {
    write(built, "", 150);
    write("test/wire/rpc.test.ts", "", 200);
    expect(isBuilt(root)).toBe(true);
  });
});

describe("findDesktop", () => {
  const program = () => path.join(root, "node_modules/electron/dist/electron");
  const here = { platform: "linux", env: { DISPLAY: ":0" } } as const;

  beforeEach(() => {
    write("node_modules/electron/path.txt", "electron", 1);
    write("node_modules/electron/dist/electron", "", 1);
  });

  test("is Electron's binary where there is a display", () => {
    expect(findDesktop(root, here)).toBe(program());
    expect(findDesktop(root, { platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" } })).toBe(program());
    expect(findDesktop(root, { platform: "darwin", env: {} })).toBe(program());
  });

  test("is nothing without a display, and where the binary was not fetched", () => {
    expect(findDesktop(root, { platform: "linux", env: {} })).toBeUndefined();
    rmSync(program());
    expect(findDesktop(root, here)).toBeUndefined();
    rmSync(path.join(root, "node_modules/electron/path.txt"));
    expect(findDesktop(root, here)).toBeUndefined();
  });
});
