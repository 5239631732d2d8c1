/**
 * What goes into an installed app, and into which installers. Everything is bundled by the build but the database's native
 * module, so that of all packages only that one is packed, with the binaries of the target's system. What a Node thread
 * loads lies unpacked beside the archive (places.ts); the runner and its own Node are a folder of their own.
 */
import { rmSync } from "node:fs";
import path from "node:path";

import type { Configuration, FileAssociation } from "electron-builder";
import { Arch } from "electron-builder";

import { assembleRunner } from "../../../native-runner/bundle/assemble-runner.ts";
import { findRunnerFiles } from "./node-binaries.ts";

/** Everything else is in the bundles already. */
const NATIVE_PACKAGE = "better-sqlite3";

/** A run is ours. */
const RUN_FILES: FileAssociation = {
  ext: "pipewave",
  name: "Pipewave run",
  description: "Pipewave run",
  mimeType: "application/vnd.pipewave.run",
  role: "Editor",
  rank: "Owner",
};

/** Traces are offered under "open with" and stay with whatever program a person has for them. */
const TRACE_FILES: readonly FileAssociation[] = [
  { ext: "json", name: "JSON trace", mimeType: "application/json", role: "Viewer", rank: "Alternate" },
  { ext: "gz", name: "Compressed trace", mimeType: "application/gzip", role: "Viewer", rank: "Alternate" },
];

/** In the installers of Windows every association is a claim: there "open with" is registered by installer.nsh. */
const WITH_TRACES = [RUN_FILES, ...TRACE_FILES];

/** What of the native package nobody loads: its sources, its copy of SQLite. */
const LEFT_SOURCES = ["deps", "src", "binding.gyp"].flatMap((part) => [
  `!node_modules/${NATIVE_PACKAGE}/${part}`,
  `!node_modules/${NATIVE_PACKAGE}/${part}/**`,
]);

/** electron-builder's names of systems, as its patterns have them, by those of Node. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = { linux: "linux", darwin: "mac", win32: "win" };

type PackContext = Parameters<Extract<Configuration["beforePack"], (context: never) => unknown>>[0];

/** The runner's folder for the system and processor that is packed next, where the configuration takes it from. */
function prepareRunner({ electronPlatformName, arch }: PackContext, output: string): void {
  const processor = Arch[arch];
  if (processor === "universal") return; // its halves have been packed
  const system = SYSTEM_NAMES[electronPlatformName] ?? electronPlatformName;
  const folder = path.join(output, "beside", `${system}-${processor}`, "runner");
  rmSync(folder, { recursive: true, force: true });
  assembleRunner({ folder, ...findRunnerFiles(`${electronPlatformName}-${processor}`) });
}

/** Of the native module's binaries one; both halves of a universal app hold both, so that they are alike. */
const keptBinaries = (platform: NodeJS.Platform): string =>
  platform === "darwin" ? "darwin-*" : `${platform}-\${arch}`;

interface PackagingOptions {
  /** Of the project: installers for Debian must name one. */
  readonly homepage: string | undefined;
  /** Where installers and what they are made of are written. */
  readonly output: string;
  /** The system that is packed for: each one packs for itself. */
  readonly platform?: NodeJS.Platform;
  /** Whether there is a certificate to sign with (macOS). */
  readonly isSigned?: boolean;
}

export function configurePackaging({
  homepage,
  output,
  platform = process.platform,
  isSigned = false,
}: PackagingOptions): Configuration {
  return {
    appId: "io.pipewave.desktop",
    productName: "Pipewave",
    copyright: "MIT licence",
    directories: { output, buildResources: "main/electron/resources" },
    extraMetadata: { author: "The Pipewave authors", ...(homepage === undefined ? {} : { homepage }) },
    files: [
      "out/main/**",
      "out/preload/**",
      "out/renderer/**",
      "LICENSE",
      "package.json",
      "!**/.*",
      `!node_modules/!(${NATIVE_PACKAGE})`,
      `!node_modules/!(${NATIVE_PACKAGE})/**`,
      ...LEFT_SOURCES,
      `!node_modules/${NATIVE_PACKAGE}/prebuilds/!(${keptBinaries(platform)}).node`,
    ],
    asar: true,
    asarUnpack: ["package.json", "out/main/**", `node_modules/${NATIVE_PACKAGE}/**`],
    beforePack: (context) => prepareRunner(context, output),
    // The folder above the runner, because electron-builder drops a node_modules at the very top.
    extraResources: [{ from: path.join(output, "beside", "${os}-${arch}"), to: "." }],
    // The native module comes with Node-API binaries that fit Node and Electron alike: nothing is compiled.
    npmRebuild: false,
    nodeGypRebuild: false,
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
    },
    linux: {
      target: ["AppImage", "deb"],
      executableName: "pipewave",
      category: "Development",
      synopsis: "Analyzer for the execution of pipelined neural networks",
      maintainer: "The Pipewave authors <pipewave@users.noreply.github.com>",
      icon: "main/electron/resources/icon.png",
      fileAssociations: WITH_TRACES,
    },
    mac: {
      target: [{ target: "dmg", arch: ["universal"] }],
      category: "public.app-category.developer-tools",
      // Apple's processors run nothing unsigned. A signature of nobody's cannot vouch for the libraries of a hardened runtime.
      ...(isSigned ? {} : { identity: "-", hardenedRuntime: false }),
      icon: "main/electron/resources/icon.png",
      fileAssociations: WITH_TRACES,
      // Native files that both halves of the universal app hold alike.
      x64ArchFiles:
        "Contents/Resources/{app.asar.unpacked/node_modules/better-sqlite3/prebuilds/*,runner/node_modules/webgpu/dist/**}",
    },
    win: {
      target: [{ target: "nsis", arch: ["x64"] }],
      icon: "main/electron/resources/icon.png",
      fileAssociations: [RUN_FILES],
    },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      include: "main/electron/packaging/installer.nsh",
    },
    publish: null,
  };
}
