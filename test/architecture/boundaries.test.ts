/**
 * Proves that the checker of the import rules sees what it must: every rule gets a small house with one forbidden import in
 * it, and the rule must name it. Without this a mistyped path in a rule would look like a clean house for ever.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import type { ICruiseOptions, ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";
import { cruise } from "dependency-cruiser";
import { afterAll, describe, expect, test } from "vitest";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const rules = createRequire(import.meta.url)(path.join(repositoryRoot, ".dependency-cruiser.cjs")) as {
  forbidden: IForbiddenRuleType[];
  options: ICruiseOptions;
};
const rooms = ["main", "db", "native-runner", "renderer", "test"];
const houses: string[] = [];

afterAll(() => {
  for (const house of houses) rmSync(house, { recursive: true, force: true });
});

/** The names of the rules that this tree breaks. */
async function findViolations(root: string, folders: string[]): Promise<string[]> {
  const { output } = await cruise(folders, { ...rules.options, baseDir: root, validate: true, ruleSet: rules });
  const { summary } = output as ICruiseResult;
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
}

/** A clean house with one file per room, stub packages, and the given files on top. */
function buildHouse(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(os.tmpdir(), "pipewave-house-"));
  houses.push(root);
  const packages = ["electron", "better-sqlite3", "ws", "zod", "@tensorflow/tfjs-core", "webgpu", "pixi.js", "svelte"];
  const dependencies = Object.fromEntries([...packages, "commander"].map((name) => [name, "1.0.0"]));
  const house: Record<string, string> = {
    "package.json": JSON.stringify({
      name: "house",
      type: "module",
      imports: { "#common/*": "./main/common/*" },
      dependencies,
      devDependencies: { vitest: "1.0.0" },
    }),
    "main/common/units.ts": "export const one = 1;",
    "main/core/backend.ts":
      'import { one } from "#common/units.ts"; import { rows } from "../../db/index.ts"; export const backend = [one, rows];',
    "main/headless/serve.ts":
      'import { backend } from "../core/backend.ts"; import { WebSocketServer } from "ws"; export default [backend, WebSocketServer];',
    "main/cli/index.ts":
      'import { backend } from "../core/backend.ts"; import serve from "../headless/serve.ts"; export default [backend, serve];',
    "main/electron/index.ts":
      'import { app } from "electron"; import { backend } from "../core/backend.ts"; export default [app, backend];',
    "db/index.ts":
      'import Database from "better-sqlite3"; import { one } from "#common/units.ts"; export const rows = [Database, one];',
    "db/write.ts": "export const write = 1;",
    "native-runner/index.ts":
      'import "@tensorflow/tfjs-core"; import "webgpu"; import "node:worker_threads"; import "#common/units.ts";',
    "renderer/main.ts":
      'import { mount } from "svelte"; import { one } from "#common/units.ts"; import { scene } from "./scene/scene.ts"; export default [mount, one, scene];',
    "renderer/scene/scene.ts": 'import { Application } from "pixi.js"; export const scene = Application;',
    "renderer/data/cache.ts": "export const cache = 1;",
    "test/support/fixture.ts": "export const fixture = 1;",
    // What a compiled component imports.
    "node_modules/svelte/internal/client/index.js": "",
    "node_modules/svelte/internal/disclose-version.js": "",
    "node_modules/svelte/internal/flags/legacy.js": "",
    ...files,
  };
  for (const name of [...packages, "commander", "vitest"]) {
    house[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: "1.0.0", main: "index.js" });
    house[`node_modules/${name}/index.js`] = "module.exports = {};";
  }
  for (const [name, text] of Object.entries(house)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

/** For every rule: files that break it and nothing else (`also` names the rules that cannot help seeing it too). */
const seeds: Record<string, { files: Record<string, string>; also?: string[] }[]> = {
  "common-imports-nothing": [
    { files: { "main/common/bad.ts": 'import "../../db/write.ts";' }, also: ["common-has-no-packages"] },
    {
      files: { "main/common/bad.ts": 'import type { write } from "../../db/write.ts"; export type W = typeof write;' },
      also: ["common-has-no-packages"],
    },
    {
      files: { "main/common/bad.ts": 'export const late = () => import("../core/backend.ts");' },
      also: ["common-has-no-packages"],
    },
  ],
  "common-has-no-packages": [
    { files: { "main/common/bad.ts": 'import { readFileSync } from "node:fs"; export default readFileSync;' } },
    { files: { "main/common/bad.ts": 'import { z } from "zod"; export default z;' } },
  ],
  "db-imports-common": [{ files: { "db/bad.ts": 'import "../main/core/analysis.ts";', "main/core/analysis.ts": "" } }],
  "core-imports-db-and-common": [
    { files: { "main/core/bad.ts": 'import "../headless/other.ts";', "main/headless/other.ts": "" } },
    { files: { "main/core/bad.ts": 'import "../../db/write.ts";' } },
    { files: { "main/core/bad.ts": 'import "../../native-runner/index.ts";' } },
  ],
  "electron-imports-core": [
    { files: { "main/electron/bad.ts": 'import "../../native-runner/index.ts";' } },
    { files: { "main/electron/bad.ts": 'import "../headless/serve.ts";' } },
  ],
  "headless-imports-core": [
    { files: { "main/headless/bad.ts": 'import "../../db/write.ts";' } },
    { files: { "main/headless/bad.ts": 'import "../cli/index.ts";' } },
  ],
  "cli-imports-core": [
    { files: { "main/cli/bad.ts": 'import "../../renderer/data/cache.ts";' } },
    { files: { "main/cli/bad.ts": 'import "../electron/index.ts";' } },
  ],
  "renderer-imports-common": [
    { files: { "renderer/bad.ts": 'import "../main/core/backend.ts";' } },
    { files: { "renderer/bad.ts": 'import type { rows } from "../db/index.ts"; export type R = typeof rows;' } },
    { files: { "renderer/Bad.svelte": '<script lang="ts">import { rows } from "../db/index.ts";</script>{rows}' } },
  ],
  "runner-imports-common": [{ files: { "native-runner/bad.ts": 'import "../main/core/backend.ts";' } }],
  "renderer-has-no-node": [{ files: { "renderer/bad.ts": 'import path from "node:path"; export default path;' } }],
  "core-has-no-host": [
    { files: { "main/core/bad.ts": 'import http from "node:http"; export default http;' } },
    { files: { "main/core/bad.ts": 'import ws from "ws"; export default ws;' } },
  ],
  "production-has-no-tests": [
    { files: { "db/bad.ts": 'import "../test/support/fixture.ts";' }, also: ["db-imports-common"] },
    { files: { "renderer/bad.ts": 'import "../test/support/fixture.ts";' }, also: ["renderer-imports-common"] },
  ],
  "electron-only-in-its-room": [
    { files: { "main/headless/bad.ts": 'import { app } from "electron"; export default app;' } },
    { files: { "renderer/bad.ts": 'import type { IpcRenderer } from "electron"; export type I = IpcRenderer;' } },
  ],
  "sqlite-only-in-db": [
    { files: { "main/core/bad.ts": 'import Database from "better-sqlite3"; export default Database;' } },
  ],
  "tensorflow-only-in-runner": [
    { files: { "main/core/bad.ts": 'import * as tf from "@tensorflow/tfjs-core"; export default tf;' } },
    { files: { "renderer/bad.ts": 'import * as gpu from "webgpu"; export default gpu;' } },
  ],
  "pixi-only-in-scene": [
    { files: { "renderer/data/bad.ts": 'import { Texture } from "pixi.js"; export default Texture;' } },
  ],
  "svelte-only-in-renderer": [
    { files: { "renderer/data/bad.ts": 'import { tick } from "svelte"; export default tick;' } },
    { files: { "renderer/scene/bad.ts": 'import { tick } from "svelte"; export default tick;' } },
    { files: { "main/core/bad.ts": 'import { tick } from "svelte"; export default tick;' } },
  ],
  "no-cycles": [{ files: { "db/left.ts": 'import "./right.ts";', "db/right.ts": 'import "./left.ts";' } }],
  "no-unresolvable": [{ files: { "db/bad.ts": 'import "./missing.ts";' } }],
  "no-dev-dependencies-in-production": [
    { files: { "db/bad.ts": 'import { test } from "vitest"; export default test;' } },
  ],
};

describe("the import rules", () => {
  test("a clean house breaks none", async () => {
    expect(await findViolations(buildHouse({}), rooms)).toEqual([]);
  });

  test("every rule has a seeded violation", () => {
    expect(Object.keys(seeds).sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
  });

  const cases = Object.entries(seeds).flatMap(([rule, variants]) =>
    variants.map(({ files, also }) => ({ rule, files, also: also ?? [], import: Object.values(files)[0] })),
  );
  test.each(cases)("$rule finds: $import", async ({ rule, files, also }) => {
    expect(await findViolations(buildHouse(files), rooms)).toEqual([rule, ...also].sort());
  });

  test("this house breaks none", async () => {
    expect(await findViolations(repositoryRoot, rooms)).toEqual([]);
  });
});
