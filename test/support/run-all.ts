/**
 * `npm test`: every check of the project, one line each, then one line that sums them up. All checks run even if one fails,
 * and each failure names the command that repairs it. It decides nothing about any check: those have their own commands.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { findOrInstallChromium } from "./chromium.ts";
import { countPlaywright, type PlaywrightReport } from "./playwright-counts.ts";
import type { TestCounts } from "./result-reporter.ts";

interface Step {
  name: string;
  script: string;
  args: string[];
  env?: Record<string, string>;
  /** What a person types after this step has failed. */
  repair: (counts: TestCounts | undefined) => string;
  /** Steps that run tests count their tests; a check without counts is one test itself. */
  readCounts?: () => TestCounts | undefined;
  needs?: string;
}

interface StepResult {
  step: Step;
  ok: boolean;
  counts: TestCounts;
}

const repositoryRoot = path.resolve(import.meta.dirname, "../..");
const scratch = mkdtempSync(path.join(os.tmpdir(), "pipewave-test-"));
const unitResult = path.join(scratch, "unit.json");
const e2eResult = path.join(scratch, "e2e.json");
const manifest = readJson(path.join(repositoryRoot, "package.json")) as { scripts: Record<string, string> };
const cores = os.availableParallelism();
const running = new Set<ReturnType<typeof spawn>>();

const steps: Step[] = [
  npmScript("format:check", { name: "format", repair: () => "npm run format" }),
  npmScript("lint", { repair: () => "npm run lint -- --fix" }),
  npmScript("types", { repair: () => "npm run types" }),
  npmScript("boundaries", { repair: () => "npm run boundaries" }),
  npmScript("knip", { repair: () => "npm run knip" }),
  npmScript("knip:production", { repair: () => "npm run knip:production" }),
  npmScript("unit", {
    args: ["--reporter=default", "--reporter=./test/support/result-reporter.ts"],
    env: { PIPEWAVE_TEST_RESULT: unitResult },
    repair: (counts) => ["npm run unit --", ...(counts?.failedFiles ?? [])].join(" "),
    readCounts: () => readJson(unitResult) as TestCounts | undefined,
  }),
  { name: "build", script: "main/cli/bootstrap.mjs", args: ["build-if-stale"], repair: () => "npm run build" },
];

if (globSync("test/e2e/**/*.spec.ts", { cwd: repositoryRoot }).length > 0) {
  const chromium = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));
  steps.push(
    npmScript("e2e", {
      args: ["--reporter=line,json"],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: e2eResult, PIPEWAVE_NO_CHROMIUM: chromium.missing ?? "" },
      repair: (counts) => ["npm run e2e --", ...(counts?.failedFiles ?? [])].join(" "),
      readCounts: () => {
        const report = readJson(e2eResult);
        return report === undefined ? undefined : countPlaywright(report as PlaywrightReport);
      },
      needs: "build",
    }),
  );
}

/** A script of package.json, started without npm in between: `eslint --cache …` is node_modules' eslint under this Node. */
function npmScript(script: string, step: Partial<Step> & Pick<Step, "repair">): Step {
  const [program = "", ...args] = (manifest.scripts[script] ?? "").split(" ");
  return { name: script, script: program, ...step, args: [...args, ...(step.args ?? [])] };
}

function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** `eslint` → the file behind node_modules/.bin/eslint; `node x.ts` → x.ts; a path stays what it is. */
function resolveScript({ script, args }: Step): string[] {
  if (script === "node") return args;
  if (script.includes("/")) return [script, ...args];
  const owner = { depcruise: "dependency-cruiser" }[script] ?? script;
  const folder = path.join(repositoryRoot, "node_modules", owner);
  const { bin } = readJson(path.join(folder, "package.json")) as { bin: string | Record<string, string> };
  const file = typeof bin === "string" ? bin : bin[script];
  return [path.join(folder, file), ...args];
}

async function runStep(step: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, resolveScript(step), {
    cwd: repositoryRoot,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }), ...step.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const exitedWell = await new Promise<boolean>((resolve) => {
    child.on("error", (error) => {
      output += error.message;
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
  running.delete(child);

  const counted = step.readCounts?.();
  const ok = exitedWell && (step.readCounts === undefined || counted?.failed === 0);
  const counts = counted ?? { passed: ok ? 1 : 0, failed: 0, skipped: [], failedFiles: [] };
  // A runner that died without counting a failure has failed all the same.
  if (!ok && counts.failed === 0) counts.failed = 1;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const tests = step.readCounts === undefined ? "" : `  (${counts.passed} passed, ${counts.failed} failed)`;
  process.stdout.write(`${ok ? "✓" : "✗"} ${step.name} ${seconds} s${tests}\n`);
  if (!ok) process.stdout.write(`${output.trimEnd()}\n  → ${step.repair(counted)}\n`);
  return { step, ok, counts };
}

/** A step that cannot run because another failed has failed itself: nothing is known to work. */
function skipStep(step: Step, broken: Step): StepResult {
  process.stdout.write(`✗ ${step.name}  not run, because ${broken.name} failed\n`);
  return { step, ok: false, counts: { passed: 0, failed: 1, skipped: [], failedFiles: [] } };
}

/** Two steps at a time where there are cores for it: most steps use more than one core themselves. */
async function runSteps(): Promise<StepResult[]> {
  const waiting = [...steps];
  const started = new Map<string, Promise<StepResult>>();
  const results: StepResult[] = [];
  const runLane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const needed = step.needs === undefined ? undefined : await started.get(step.needs);
      const run = needed?.ok === false ? Promise.resolve(skipStep(step, needed.step)) : runStep(step);
      started.set(step.name, run);
      results.push(await run);
    }
  };
  await Promise.all(Array.from({ length: cores >= 4 ? 2 : 1 }, runLane));
  return results;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill("SIGTERM");
    rmSync(scratch, { recursive: true, force: true });
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}

const results = await runSteps();
rmSync(scratch, { recursive: true, force: true });
const skipped = results.flatMap(({ counts }) => counts.skipped);
for (const { name, reason } of skipped) process.stdout.write(`skipped: ${name} (${reason})\n`);
const sum = (part: "passed" | "failed") => results.reduce((total, { counts }) => total + counts[part], 0);
process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${skipped.length} skipped\n`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
