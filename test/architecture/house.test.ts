/** The conventions of the house that no linter knows: names, sizes and headers of files, and what a public repository must not contain. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const sources = globSync("{main,db,native-runner,renderer,test}/**/*.{ts,mjs,js,svelte}", { cwd: repositoryRoot });
const configuration = globSync("{*.{ts,js,json,md},.*.cjs,.npmrc,.ci/*}", { cwd: repositoryRoot });
const textOf = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");

test("there is a house to look at", () => {
  expect(sources).toContain("main/cli/bootstrap.mjs");
});

test("files are kebab-case, components PascalCase, migrations numbered", () => {
  const expected =
    /^(?:[A-Z][A-Za-z0-9]*\.svelte|(?:\d{3}-)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.(?:ts|mjs|js))$/;
  expect(sources.filter((file) => !expected.test(path.basename(file)))).toEqual([]);
});

test("no file is a drawer: utils, helpers, misc, managers", () => {
  const drawer = /(?:^|[-.])(?:utils?|helpers?|misc|manager|common-types)(?:[-.]|$)/i;
  expect(sources.filter((file) => drawer.test(path.basename(file)))).toEqual([]);
});

test("no file is longer than 400 lines", () => {
  expect(sources.filter((file) => textOf(file).split("\n").length > 401)).toEqual([]);
});

test("every file opens with a comment that says why it exists", () => {
  const opensWithComment = /^(?:#!.*\n)?\s*(?:\/\*\*|\/\/|<!--)/;
  expect(sources.filter((file) => !opensWithComment.test(textOf(file)))).toEqual([]);
});

test("only the agreed folders stand at the top", () => {
  const tops = new Set(sources.map((file) => file.split(path.sep)[0]));
  const allowed = ["main", "db", "native-runner", "renderer", "test"];
  expect([...tops].filter((top) => !allowed.includes(top))).toEqual([]);
  const topFolders = globSync("*/", { cwd: repositoryRoot }).map((folder) => folder.replace(/\/$/, ""));
  const generated = ["node_modules", "out", "dist", "coverage", "test-results"];
  expect(topFolders.filter((folder) => !allowed.includes(folder) && !generated.includes(folder))).toEqual([]);
});

test("no file names a folder of somebody's machine", () => {
  const machinePath = /(?<![\w.$}])\/(?:root|work|home\/[a-z]+|Users\/[A-Za-z]+)\/[\w.-]/;
  expect([...sources, ...configuration].filter((file) => machinePath.test(textOf(file)))).toEqual([]);
});

test("the lock file names no registry", () => {
  expect(textOf("package-lock.json")).not.toMatch(/"resolved"/);
});
