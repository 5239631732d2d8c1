/**
 * Finds a Chromium for the end-to-end tests, and installs one where there is none. Says why where none can be had: the
 * tests are then skipped with that reason, never passed.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

import { chromium } from "playwright";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const knownNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** As a root user, in a container, without a GPU: what the tests draw must be drawn all the same, and nothing fetched. */
export const chromiumFlags = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
];

export type Chromium =
  | { readonly executable: string; readonly missing?: undefined }
  | { readonly executable?: undefined; readonly missing: string };

/** The browser that is there: CHROMIUM_PATH, then PATH, then Playwright's own. */
export function findChromium(): Chromium {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    return existsSync(named)
      ? { executable: named }
      : { missing: `CHROMIUM_PATH names ${named}, which does not exist` };
  }
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    for (const name of knownNames) {
      const candidate = path.join(folder, name);
      if (isExecutable(candidate)) return { executable: candidate };
    }
  }
  const ofPlaywright = chromium.executablePath();
  return existsSync(ofPlaywright) ? { executable: ofPlaywright } : { missing: "no Chromium found" };
}

/** Finds, else installs: from Playwright's servers, else from the system's packages. `say` gets one line per attempt. */
export function findOrInstallChromium(say: (line: string) => void): Chromium {
  const found = findChromium();
  if (found.executable !== undefined || process.env["CHROMIUM_PATH"]) return found;

  say("Installing Chromium for the end-to-end tests (once) …");
  const playwright = path.join(repositoryRoot, "node_modules/playwright/cli.js");
  const reasons: string[] = [];
  const byPlaywright = run(process.execPath, [playwright, "install", "chromium"]);
  if (byPlaywright !== undefined) reasons.push(`playwright install chromium: ${byPlaywright}`);
  if (findChromium().executable === undefined) {
    const bySystem = installSystemPackage();
    if (bySystem !== undefined) reasons.push(bySystem);
  }
  const installed = findChromium();
  if (installed.executable !== undefined) return installed;
  return { missing: `no Chromium found and none could be installed (${reasons.join("; ")})` };
}

/** Debian and its relatives, as root or with a sudo that asks nothing. Returns why it did not work. */
function installSystemPackage(): string | undefined {
  if (process.platform !== "linux") return `no package manager known for ${process.platform}`;
  const isRoot = process.getuid?.() === 0;
  const asRoot = (...command: string[]) => {
    const [program = "", ...args] = isRoot ? command : ["sudo", "-n", ...command];
    return run(program, args, { DEBIAN_FRONTEND: "noninteractive" });
  };
  const failure =
    asRoot("apt-get", "update") ??
    asRoot("apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core");
  return failure === undefined ? undefined : `apt-get: ${failure}`;
}

/** Runs a command out of sight; returns the last line it said where it failed. */
function run(program: string, args: string[], env: Record<string, string> = {}): string | undefined {
  const result = spawnSync(program, args, { env: { ...process.env, ...env }, encoding: "utf8" });
  if (result.error !== undefined) return result.error.message;
  if (result.status === 0) return undefined;
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return (
    lines.find((line) => /error|fail|unable/i.test(line))?.trim() ?? lines.at(-1)?.trim() ?? `exit ${result.status}`
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
