/**
 * Puts the runner into a folder that needs nothing but itself: a Node, the runner's sources as they are (Node runs
 * TypeScript), and of its packages only the files that are loaded. The archive for a cluster node and the installed desktop
 * application hold the same folder. A Vulkan loader and a GPU driver belong to the machine and are left out.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
export const RUNNER_NAME = "pipewave-runner";

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
  webgpu: ["index.js", "LICENSE.md"],
};

/** Folders of the package `webgpu`, one a system: Dawn as a native module. */
export type DawnBuild = "linux-x64" | "linux-arm64" | "darwin-universal" | "win32-x64" | "win32-arm64";

interface RunnerFolder {
  /** Must not exist. */
  readonly folder: string;
  /** The Node binary that goes in. */
  readonly node: string;
  readonly dawn: DawnBuild;
}

interface Manifest {
  readonly version: string;
  readonly type?: string;
  readonly license?: string;
  readonly imports?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;

export function assembleRunner({ folder, node, dawn }: RunnerFolder): void {
  mkdirSync(path.join(folder, "bin"), { recursive: true });
  const put = (from: string, to: string): void => {
    cpSync(path.join(repositoryRoot, from), path.join(folder, to), { recursive: true, dereference: true });
  };
  cpSync(node, path.join(folder, "bin", node.endsWith(".exe") ? "node.exe" : "node"), { dereference: true });
  put("native-runner", "native-runner");
  rmSync(path.join(folder, "native-runner", "bundle"), { recursive: true });
  put("main/common", "main/common");
  put("LICENSE", "LICENSE");
  const licences = Object.entries(PACKAGE_FILES).map(([name, files]) => {
    const systemFiles = name === "webgpu" ? [`dist/${dawn}`] : [];
    for (const file of ["package.json", ...files, ...systemFiles]) {
      put(path.join("node_modules", name, file), path.join("node_modules", name, file));
    }
    const { version, license } = readManifest(path.join(folder, "node_modules", name));
    return `${name} ${version}: ${license ?? "see its folder"}`;
  });
  const { version, type, imports } = readManifest(repositoryRoot);
  const manifest = { name: RUNNER_NAME, version, private: true, type, imports };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(
    path.join(folder, "THIRD-PARTY.txt"),
    `${["Node.js: MIT and others, https://nodejs.org", ...licences].join("\n")}\n`,
  );
}
