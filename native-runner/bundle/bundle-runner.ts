/**
 * `npm run bundle:runner [-- <folder>]`: the runner as one archive for a cluster node, on x86-64 Linux, in dist/ unless told
 * otherwise: what assemble-runner.ts puts together with this Node, and a launcher.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { assembleRunner, RUNNER_NAME } from "./assemble-runner.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

const LAUNCHER = `#!/bin/sh
# Runs the Pipewave runner with the Node beside it.
here=$(dirname "$(readlink -f "$0")")
exec "$here/bin/node" "$here/native-runner/index.ts" "$@"
`;

const USAGE = `The Pipewave runner: runs a residual network as a real pipeline and writes a trace of it.

  ./pipewave-runner --list-backends
  ./pipewave-runner --network resnet50 --backend webgpu --out trace.json.gz
  ./pipewave-runner --help

The trace opens in Pipewave and in any viewer of Chrome traces. A GPU is used through Vulkan: its driver and the Vulkan
loader (libvulkan.so.1) are the machine's. To use TensorFlow instead, install @tensorflow/tfjs-node-gpu in the folder in
which the runner is started.
`;

/** Makes the folder that the archive holds; `folder` must not exist. */
function assembleBundle(folder: string): void {
  assembleRunner({ folder, node: process.execPath, dawn: "linux-x64" });
  writeFileSync(path.join(folder, "README.txt"), USAGE);
  writeFileSync(path.join(folder, RUNNER_NAME), LAUNCHER);
  chmodSync(path.join(folder, RUNNER_NAME), 0o755);
}

/** Writes the archive and gives its path. */
function bundleRunner(target: string): string {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `the bundle holds this machine's Node, so it is made on x86-64 Linux, not on ${process.platform} ${process.arch}`,
    );
  }
  const scratch = mkdtempSync(path.join(tmpdir(), "pipewave-bundle-"));
  try {
    assembleBundle(path.join(scratch, RUNNER_NAME));
    mkdirSync(target, { recursive: true });
    const archive = path.join(target, `${RUNNER_NAME}-linux-x64.tar.gz`);
    const { status, error, stderr } = spawnSync("tar", ["-czf", archive, "-C", scratch, RUNNER_NAME], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`tar failed: ${error?.message ?? stderr}`);
    return archive;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [target = path.join(repositoryRoot, "dist")] = process.argv.slice(2);
if (!existsSync(path.join(repositoryRoot, "node_modules"))) throw new Error('run "npm install" first');
process.stdout.write(`${bundleRunner(path.resolve(target))}\n`);
