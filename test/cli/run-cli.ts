/** Runs the commands as a person's shell would: a process of its own, under the project's Node, in a given folder. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import path from "node:path";

const repository = path.resolve(import.meta.dirname, "../..");
const entry = path.join(repository, "main/cli/index.ts");
/** Where bootstrap.mjs keeps compiled code, too. */
const compileCache = path.join(repository, "node_modules/.cache/node-compile");

export interface CliOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliOutcome>;
}

/** Starts `pipewave …` in a folder. Its output is not a terminal; `environment` is added to ours. */
export function startCli(
  args: readonly string[],
  { folder, environment = {} }: { folder: string; environment?: Record<string, string> },
): CliProcess {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: folder,
    env: { NODE_COMPILE_CACHE: compileCache, ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<CliOutcome>((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `pipewave …` to its end. */
export function runCli(
  args: readonly string[],
  options: { folder: string; environment?: Record<string, string> },
): Promise<CliOutcome> {
  return startCli(args, options).ended;
}
