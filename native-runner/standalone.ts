/**
 * The runner as a command on a bare machine: captures and writes a trace file that opens in Pipewave and in any viewer of
 * Chrome traces. Needs nothing but Node and what lies beside it; options are those of `pipewave capture`.
 */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { describeCapturedRun } from "#common/captured-run.ts";
import { writeCapturedTrace } from "#common/captured-trace.ts";
import { AppError } from "#common/errors.ts";
import {
  BACKEND_NAMES,
  CAPTURE_MODES,
  DEFAULT_CAPTURE,
  type CaptureOptions,
  type CapturePlan,
  type CaptureSummary,
  type RecordedSpans,
} from "#common/runner-api.ts";
import { listBackends, resolveBackend } from "./backend/select.ts";
import { NETWORK_NAMES } from "./network/catalogue.ts";
import { runCapture } from "./pipeline/driver.ts";

const USAGE = `pipewave-runner: runs a residual network as a pipeline and writes a trace of it

  --network NAME       ${NETWORK_NAMES.join(", ")} (default ${DEFAULT_CAPTURE.network})
  --backend NAME       ${BACKEND_NAMES.join(", ")} (default ${DEFAULT_CAPTURE.backend})
  --mode MODE          ${CAPTURE_MODES.join(", ")} (default ${DEFAULT_CAPTURE.mode})
  --workers N          workers of the pipeline (default ${DEFAULT_CAPTURE.workers})
  --partition P        balanced, even, or ranges such as 0-2,3-7,8-27 (default ${DEFAULT_CAPTURE.partition})
  --batches N          batches that are recorded (default ${DEFAULT_CAPTURE.batches})
  --batch-size N       images a batch (default ${DEFAULT_CAPTURE.batchSize})
  --input-size N       height and width of an image in pixels (default ${DEFAULT_CAPTURE.inputSize})
  --seed N             of weights and images (default ${DEFAULT_CAPTURE.seed})
  --buffers N          batches that a channel holds (default ${DEFAULT_CAPTURE.bufferDepth})
  --out FILE           trace file, .json or .json.gz (default trace.json.gz)
  --list-backends      says what is usable here, and why the rest is not
  --json               one JSON document on stdout
`;

/** Runs the command and gives its exit code: 0 ok, 1 failed, 2 usage. */
export async function runStandalone(args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof readArguments>;
  try {
    parsed = readArguments(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (parsed.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    if (parsed.listBackends) await printBackends(parsed.json);
    else await captureToFile(parsed);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function readArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      network: { type: "string", default: DEFAULT_CAPTURE.network },
      backend: { type: "string", default: DEFAULT_CAPTURE.backend },
      mode: { type: "string", default: DEFAULT_CAPTURE.mode },
      workers: { type: "string", default: String(DEFAULT_CAPTURE.workers) },
      partition: { type: "string", default: DEFAULT_CAPTURE.partition },
      batches: { type: "string", default: String(DEFAULT_CAPTURE.batches) },
      "batch-size": { type: "string", default: String(DEFAULT_CAPTURE.batchSize) },
      "input-size": { type: "string", default: String(DEFAULT_CAPTURE.inputSize) },
      seed: { type: "string", default: String(DEFAULT_CAPTURE.seed) },
      buffers: { type: "string", default: String(DEFAULT_CAPTURE.bufferDepth) },
      out: { type: "string", default: "trace.json.gz" },
      "list-backends": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const options: CaptureOptions = {
    ...DEFAULT_CAPTURE,
    network: values.network,
    backend: oneOf(BACKEND_NAMES, { value: values.backend, option: "--backend" }),
    mode: oneOf(CAPTURE_MODES, { value: values.mode, option: "--mode" }),
    workers: countOf(values.workers, "--workers"),
    partition: values.partition,
    batches: countOf(values.batches, "--batches"),
    batchSize: countOf(values["batch-size"], "--batch-size"),
    inputSize: countOf(values["input-size"], "--input-size"),
    seed: countOf(values.seed, "--seed"),
    bufferDepth: countOf(values.buffers, "--buffers"),
  };
  return {
    options,
    out: values.out,
    listBackends: values["list-backends"],
    json: values.json,
    help: values.help,
  };
}

function countOf(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${option} takes a whole number from 1, not "${text}"`);
  return value;
}

function oneOf<Choice extends string>(
  choices: readonly Choice[],
  { value, option }: { value: string; option: string },
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Error(`${option} takes one of ${choices.join(", ")}, not "${value}"`);
  return found;
}

async function printBackends(json: boolean): Promise<void> {
  const backends = await listBackends();
  if (json) process.stdout.write(`${JSON.stringify({ backends }, undefined, 2)}\n`);
  else {
    for (const { name, usable, detail, chosenByAuto } of backends) {
      const mark = usable ? "usable    " : "not usable";
      process.stdout.write(`${name.padEnd(11)} ${mark}  ${detail}${chosenByAuto ? " (auto)" : ""}\n`);
    }
  }
}

async function captureToFile({
  options,
  out,
  json,
}: {
  options: CaptureOptions;
  out: string;
  json: boolean;
}): Promise<void> {
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  let plan: CapturePlan | undefined;
  const blocks: RecordedSpans[] = [];
  const backend = await resolveBackend(options.backend);
  const summary = await runCapture({
    options,
    backend,
    signal: stopped.signal,
    listener: {
      planned: (planned) => {
        plan = planned;
      },
      progress: ({ step, batchesDone }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${step} ${batchesDone}/${options.batches}`);
      },
      spans: (spans) => {
        blocks.push(spans);
      },
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  if (plan === undefined) throw new AppError({ code: "runner-died", what: "the capture was stopped before it began" });
  await writeTrace({ out, plan, blocks, summary });
  process.stdout.write(
    json
      ? `${JSON.stringify({ file: out, ...summary }, undefined, 2)}\n`
      : `${out}: ${summary.batches} batches on ${summary.device} (${summary.backend}), ${summary.imagesPerSecond.toFixed(1)} images/s\n`,
  );
}

/** Writes beside the target and renames, so that an interrupted write leaves nothing under the name. */
async function writeTrace({
  out,
  plan,
  blocks,
  summary,
}: {
  out: string;
  plan: CapturePlan;
  blocks: readonly RecordedSpans[];
  summary: CaptureSummary;
}): Promise<void> {
  const name = `${summary.network} ${summary.mode}`;
  const run = describeCapturedRun({ plan, blocks, name, schedule: summary.mode });
  const pieces: string[] = [];
  writeCapturedTrace(run, (text) => pieces.push(text));
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
