/** The packaging's configuration against electron-builder's own check, and what it promises of file associations. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import type { Configuration, FileAssociation } from "electron-builder";
import { describe, expect, test } from "vitest";

import electronConfig from "../../electron.config.ts";
import { configurePackaging } from "../../main/electron/packaging/configuration.ts";
import { findRunnerFiles } from "../../main/electron/packaging/node-binaries.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

/** What `electron-builder` itself does before it packs. @throws where the schema says no */
async function validate(config: object): Promise<void> {
  const builder = createRequire(createRequire(import.meta.url).resolve("electron-builder"));
  const { validateConfiguration } = builder("app-builder-lib/out/util/config/config") as {
    validateConfiguration: (config: object, logger: object) => Promise<void>;
  };
  await validateConfiguration(config, { isEnabled: false, add: () => undefined });
}

const configure = (platform: NodeJS.Platform) =>
  configurePackaging({ homepage: "https://example.com", output: "dist", platform });
const associationsOf = (system: Pick<Configuration, "fileAssociations"> | null | undefined): FileAssociation[] =>
  [system?.fileAssociations ?? []].flat();
const extensionsOf = (system: Parameters<typeof associationsOf>[0]) => associationsOf(system).map(({ ext }) => ext);

describe.each(["linux", "darwin", "win32"] as const)("for %s", (platform) => {
  test("electron-builder accepts the configuration", async () => {
    await expect(validate(configure(platform))).resolves.toBeUndefined();
  });

  test("every file that the configuration names is there", () => {
    const { linux, mac, win, nsis } = configure(platform);
    const named = [linux?.icon, mac?.icon, win?.icon, nsis?.include].filter((file) => typeof file === "string");
    expect(named).toHaveLength(4);
    expect(named.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  });
});

test("electron-builder's check says no to a key that it does not know", async () => {
  await expect(validate({ ...configure("linux"), asarUnpacked: [] })).rejects.toThrow("asarUnpacked");
});

test("every worker that core starts by its path is an input of the build, under its name", () => {
  const entries = globSync("main/core/**/*worker.ts", { cwd: repositoryRoot }).filter(
    (file) => !/^export (?:async )?function/m.test(readFileSync(path.join(repositoryRoot, file), "utf8")),
  );
  expect(entries.length).toBeGreaterThan(2);
  const { input } = electronConfig.main?.build?.rolldownOptions ?? {};
  expect(input).toMatchObject(Object.fromEntries(entries.map((file) => [path.basename(file, ".ts"), file])));
});

test("runs belong to Pipewave; traces are offered and not taken", () => {
  const { linux, mac, win, nsis } = configure("linux");
  for (const system of [linux, mac]) {
    expect(extensionsOf(system)).toEqual(["pipewave", "json", "gz"]);
    expect(associationsOf(system).map(({ rank }) => rank)).toEqual(["Owner", "Alternate", "Alternate"]);
  }
  expect(extensionsOf(win)).toEqual(["pipewave"]);
  const installer = readFileSync(path.join(repositoryRoot, String(nsis?.include)), "utf8");
  const written = [...installer.matchAll(/WriteRegStr SHCTX "([^"]+)"/g)].map(([, key]) => key);
  expect(written.filter((key) => key.includes(".json"))).toEqual(["Software\\Classes\\.json\\OpenWithProgids"]);
});

test("every system has a Node for its runner, and a missing one names the command that brings it", () => {
  const here = `${process.platform}-${process.arch}`;
  expect(existsSync(findRunnerFiles(here).node)).toBe(true);
  const elsewhere = here === "win32-x64" ? "darwin-arm64" : "win32-x64";
  expect(() => findRunnerFiles(elsewhere)).toThrow(
    /^run "npm install --no-save --force node-[\w-]+@24\.\d+\.\d+" first/,
  );
  expect(() => findRunnerFiles("sunos-x64")).toThrow("sunos-x64");
});
