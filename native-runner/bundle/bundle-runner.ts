/**
 * `npm run bundle:runner [-- <folder>]`: puts the runner into one archive that needs nothing but itself on x86-64 Linux, in
 * dist/ unless told otherwise: this Node, the runner's sources as they are (Node runs TypeScript), and of its packages only
 * the files that are loaded. A Vulkan loader and a GPU driver belong to the machine and are not bundled.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const NAME = "pipewave-runner";

/** Files and folders of each package that are loaded at run time; a folder is taken whole. */
const PACKAGE_FILES: Readonly<Record<string, readonly string[]>> = {
  "@tensorflow/tfjs-core": ["dist/tf-core.node.js"],
  "@tensorflow/tfjs-backend-wasm": [
    "dist/tf-backend-wasm.node.js",
    "dist/tfjs-backend-wasm.wasm",
    "dist/tfjs-backend-wasm-simd.wasm",
    "dist/tfjs-backend-wasm-threaded-simd.wasm",
  ],
  "@tensorflow/tfjs-backend-webgpu": ["dist/tf-backend-webgpu.node.js"],
  seedrandom: ["index.js", "seedrandom.js", "lib"],
  webgpu: ["index.js", "dist/linux-x64", "LICENSE.md"],
};

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

interface Manifest {
  readonly version: string;
  readonly type?: string;
  readonly license?: string;
  readonly imports?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;

/** Makes the folder that the archive holds; `folder` must not exist. */
function assembleBundle(folder: string): void {
  mkdirSync(path.join(folder, "bin"), { recursive: true });
  const put = (from: string, to: string): void => {
    cpSync(path.join(repositoryRoot, from), path.join(folder, to), { recursive: true, dereference: true });
  };
  cpSync(process.execPath, path.join(folder, "bin", "node"), { dereference: true });
  put("native-runner", "native-runner");
  rmSync(path.join(folder, "native-runner", "bundle"), { recursive: true });
  put("main/common", "main/common");
  put("LICENSE", "LICENSE");
  const licences = Object.entries(PACKAGE_FILES).map(([name, files]) => {
    for (const file of ["package.json", ...files]) {
      put(path.join("node_modules", name, file), path.join("node_modules", name, file));
    }
    const { version, license } = readManifest(path.join(folder, "node_modules", name));
    return `${name} ${version}: ${license ?? "see its folder"}`;
  });
  const { version, type, imports } = readManifest(repositoryRoot);
  const manifest = { name: NAME, version, private: true, type, imports };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(path.join(folder, "README.txt"), USAGE);
  writeFileSync(
    path.join(folder, "THIRD-PARTY.txt"),
    `${[`Node.js ${process.version}: MIT and others, https://nodejs.org`, ...licences].join("\n")}\n`,
  );
  writeFileSync(path.join(folder, NAME), LAUNCHER);
  chmodSync(path.join(folder, NAME), 0o755);
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
    assembleBundle(path.join(scratch, NAME));
    mkdirSync(target, { recursive: true });
    const archive = path.join(target, `${NAME}-linux-x64.tar.gz`);
    const { status, error, stderr } = spawnSync("tar", ["-czf", archive, "-C", scratch, NAME], { encoding: "utf8" });
    if (status !== 0) throw new Error(`tar failed: ${error?.message ?? stderr}`);
    return archive;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [target = path.join(repositoryRoot, "dist")] = process.argv.slice(2);
if (!existsSync(path.join(repositoryRoot, "node_modules"))) throw new Error('run "npm install" first');
process.stdout.write(`${bundleRunner(path.resolve(target))}\n`);
