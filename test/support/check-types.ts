/** `npm run types`: every environment against its own tsconfig, side by side. Prints only what is wrong. */
import { spawn } from "node:child_process";
import path from "node:path";

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const checker = (script: string, ...args: string[]) => [path.join(repositoryRoot, "node_modules", script), ...args];

const checks: Record<string, string[]> = {
  common: checker("typescript/bin/tsc", "-p", "tsconfig.common.json"),
  node: checker("typescript/bin/tsc", "-p", "tsconfig.node.json"),
  electron: checker("typescript/bin/tsc", "-p", "tsconfig.electron.json"),
  test: checker("typescript/bin/tsc", "-p", "tsconfig.test.json"),
  renderer: checker(
    "svelte-check/bin/svelte-check",
    "--workspace",
    "renderer",
    "--tsconfig",
    "../tsconfig.renderer.json",
    "--fail-on-warnings",
    "--output",
    "human",
  ),
};

function runCheck(args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output += text.toString()));
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

const results = await Promise.all(
  Object.entries(checks).map(async ([environment, args]) => ({ environment, ...(await runCheck(args)) })),
);
for (const { environment, ok, output } of results) {
  if (!ok) process.stdout.write(`tsconfig.${environment}.json\n${output}\n`);
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
