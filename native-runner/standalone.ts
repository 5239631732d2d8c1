/**
 * The runner as a command on a bare machine: captures and writes a trace file that opens in Pipewave and in any viewer of
 * Chrome traces. Needs nothing but Node and what lies beside it; options are those of `pipewave capture`.
 *
 * The capture runs in a child process, as it does under Pipewave: what the GPU's libraries write on stderr stays out of
 * sight, and when they crash what was captured until then is still written.
 */
import { fork, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { createGzip } from "node:zlib";
import { CAPTURE_OPTION_SPECS, readCaptureOptions } from "#common/capture-options.ts";
import { createCaptureRecord, nameCapture } from "#common/capture-record.ts";
import type { CapturedRun } from "#common/captured-run.ts";
import { writeCapturedTrace } from "#common/captured-trace.ts";
import { AppError } from "#common/errors.ts";
import {
  DEFAULT_CAPTURE,
  type BackendStatus,
  type CaptureOptions,
  type RunnerCommand,
  type RunnerEvent,
} from "#common/runner-api.ts";
import { describeRunnerDeath } from "#common/runner-death.ts";

const DEFAULT_OUT = "trace.json.gz";
const OK = 0;
const FAILED = 1;
const USAGE = 2;

const EXTRA_OPTIONS = [
  { usage: "--out <file>", description: `trace file, .json or .json.gz (default: ${DEFAULT_OUT})` },
  { usage: "--list-backends", description: "say what is usable here, and why the rest is not" },
  { usage: "--json", description: "print one JSON document" },
  { usage: "--help", description: "print this" },
];

function describeUsage(): string {
  const own = CAPTURE_OPTION_SPECS.map(({ flag, placeholder, description, key }) => ({
    usage: `--${flag} <${placeholder}>`,
    description: `${description} (default: ${DEFAULT_CAPTURE[key]})`,
  }));
  const lines = [...own, ...EXTRA_OPTIONS].map(({ usage, description }) => `  ${usage.padEnd(22)} ${description}`);
  return `pipewave-runner: runs a residual network as a pipeline and writes a trace of it\n\n${lines.join("\n")}\n`;
}

interface Command {
  readonly options: CaptureOptions;
  readonly out: string;
  readonly listBackends: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** @returns why the arguments are no command, as text */
function readCommand(args: readonly string[]): Command | string {
  const options: ParseArgsConfig["options"] = {
    ...Object.fromEntries(CAPTURE_OPTION_SPECS.map(({ flag }) => [flag, { type: "string" as const }])),
    out: { type: "string", short: "o" },
    "list-backends": { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return error.message;
  }
  const capture = readCaptureOptions(values as Record<string, string | undefined>);
  if (typeof capture === "string") return capture;
  const out = typeof values["out"] === "string" ? values["out"] : DEFAULT_OUT;
  if (!/\.json(\.gz)?$/u.test(out)) return `--out takes a name that ends in .json or .json.gz, not "${out}"`;
  return {
    options: capture,
    out,
    listBackends: values["list-backends"] === true,
    json: values["json"] === true,
    help: values["help"] === true,
  };
}

/** Runs the command and gives its exit code: 0 ok, 1 failed, 2 usage. */
export async function runStandalone(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (typeof command === "string") {
    process.stderr.write(`${command}\n\n${describeUsage()}`);
    return USAGE;
  }
  if (command.help) {
    process.stdout.write(describeUsage());
    return OK;
  }
  try {
    await (command.listBackends ? printBackends(command.json) : captureToFile(command));
    return OK;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    if (command.json) print({ error: { ...error.fields, message: error.message } });
    return FAILED;
  }
}

const print = (document: unknown): void => {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
};

/** Has the runner do one thing in a child process, and hears it until it ends. @returns what its end would mean as a death */
async function hearRunner(
  command: RunnerCommand,
  { hear, onStart }: { hear: (event: RunnerEvent) => void; onStart?: (child: ChildProcess) => void },
): Promise<AppError> {
  const child = fork(fileURLToPath(new URL("./index.ts", import.meta.url)), [], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let lastWords = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-16_384);
  });
  child.on("message", (event) => {
    hear(event as RunnerEvent);
  });
  child.send(command);
  onStart?.(child);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (...how) => {
      resolve(how);
    });
  });
  return describeRunnerDeath({ code: code ?? undefined, signal: signal ?? undefined, lastWords });
}

async function printBackends(json: boolean): Promise<void> {
  let backends: readonly BackendStatus[] | undefined;
  const death = await hearRunner(
    { type: "list-backends" },
    {
      hear: (event) => {
        if (event.type === "backends") ({ backends } = event);
      },
    },
  );
  if (backends === undefined) throw death;
  if (json) print({ backends });
  else {
    for (const { name, usable, detail, chosenByAuto } of backends) {
      const mark = usable ? "usable    " : "not usable";
      process.stdout.write(`${name.padEnd(11)} ${mark}  ${detail}${chosenByAuto ? " (auto)" : ""}\n`);
    }
  }
}

async function captureToFile({ options, out, json }: Command): Promise<void> {
  const record = createCaptureRecord(options);
  const death = await hearRunner(
    { type: "capture", options },
    {
      hear: (event) => {
        record.hear(event);
        if (event.type === "progress") showProgress(`${event.step} ${event.batchesDone}/${event.batches}`);
      },
      onStart: stopOnSignals,
    },
  );
  showProgress("");
  const captured = record.describe(nameCapture(options));
  if (captured !== undefined) await writeTrace(captured, out);
  const { end } = record;
  const failure = end === undefined ? death : end.type === "failed" ? new AppError(end.failure) : undefined;
  if (failure !== undefined) {
    if (captured === undefined) throw failure;
    throw new AppError({
      ...failure.fields,
      what: `${failure.fields.what}; what was captured until then is in ${out}`,
    });
  }
  if (end?.type !== "finished" || captured === undefined) {
    throw new AppError({ code: "runner-died", what: "stopped before anything was recorded" });
  }
  const { summary } = end;
  if (json) print({ file: out, ...summary });
  else {
    const stopped = summary.stopped ? ` of ${options.batches}, then stopped,` : "";
    process.stdout.write(
      `${out}: ${summary.batches} batches${stopped} on ${summary.device} (${summary.backend}), ${summary.imagesPerSecond.toFixed(1)} images/s\n`,
    );
  }
}

/** The first signal asks for an end that keeps what was captured, the second one means at once. */
function stopOnSignals(child: ChildProcess): void {
  let asked = false;
  const stop = (): void => {
    if (asked) process.exit(FAILED);
    asked = true;
    if (child.connected) child.send({ type: "stop" } satisfies RunnerCommand);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  child.once("exit", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  });
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Writes beside the target and renames, so that an interrupted write leaves nothing under the name. */
async function writeTrace(captured: CapturedRun, out: string): Promise<void> {
  const pieces: string[] = [];
  writeCapturedTrace(captured, (text) => pieces.push(text));
  const temporary = `${out}.${process.pid}.tmp`;
  try {
    const file = createWriteStream(temporary);
    if (out.endsWith(".gz")) await pipeline(Readable.from(pieces), createGzip(), file);
    else await pipeline(Readable.from(pieces), file);
    await rename(temporary, out);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new AppError(
      {
        code: "write-failed",
        what: `the trace could not be written (${cause instanceof Error ? cause.message : String(cause)})`,
        where: { file: out },
        todo: "choose another place with --out",
      },
      { cause },
    );
  }
}
