/** The default library, by the rules of each system. */
import path from "node:path";

import { expect, test } from "vitest";

import { defaultLibraryPath } from "../../main/core/library-path.ts";

test.each([
  ["what the person chose", "linux", { PIPEWAVE_LIBRARY: "/runs", XDG_DATA_HOME: "/data" }, "/runs"],
  ["Linux", "linux", {}, "/people/ada/.local/share/pipewave/library"],
  ["Linux with a data folder", "linux", { XDG_DATA_HOME: "/data" }, "/data/pipewave/library"],
  [
    "Linux with a relative data folder, which is ignored",
    "linux",
    { XDG_DATA_HOME: "data" },
    "/people/ada/.local/share/pipewave/library",
  ],
  ["macOS", "darwin", {}, "/people/ada/Library/Application Support/Pipewave/library"],
  ["Windows", "win32", { LOCALAPPDATA: "/local" }, "/local/Pipewave/library"],
] as const)("%s", (_name, platform, env, expected) => {
  expect(defaultLibraryPath({ env, platform, home: "/people/ada" })).toBe(path.normalize(expected));
});
