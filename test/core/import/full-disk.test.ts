/** An import onto a full disk says so and leaves nothing, by command as by hand. */
import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect, test } from "vitest";

import { generateTrace } from "../../bench/generate-trace.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

const UNSHARE = "unshare";
const cli = path.resolve(import.meta.dirname, "../../../main/cli/index.ts");

test("an import onto a full disk is a clear error and leaves nothing behind", { timeout: 60_000 }, (context) => {
  const folder = makeTemporaryFolder();
  const file = path.join(makeTemporaryFolder(), "trace.json");
  generateTrace({ file, events: 300_000 });
  // A small file system of its own, gone with the process that mounted it.
  const script =
    'mount -t tmpfs -o size=1m none "$1" || exit 77; "$2" "$3" import "$4" -o "$1/a.pipewave" --json; echo "code $?"; ls -A "$1"';
  const { status, stdout, stderr } = spawnSync(
    UNSHARE,
    ["-rm", "sh", "-c", script, "sh", folder, process.execPath, cli, file],
    { encoding: "utf8", timeout: 50_000 },
  );
  if (status !== 0) context.skip("needs Linux and the right to mount a small file system (unshare -rm)");
  expect(stdout.endsWith("code 1\n")).toBe(true);
  expect(`${stdout}${stderr}`).toMatch(/no room left/);
});
