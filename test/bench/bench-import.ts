/**
 * Measures the import of generated traces as a person runs it: the command in a process of its own, CPU time of all its
 * threads from start to exit, peak memory, beside `JSON.parse` of the same text in one thread, taken in turns so that both
 * meet the same machine. Medians of several rounds; nothing is asserted.
 */
import { constants } from "node:buffer";
import { spawn } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

import { generateTrace } from "./generate-trace.ts";

const repository = path.resolve(import.meta.dirname, "../..");

export interface ImportFigures {
  readonly events: number;
  readonly sizeBytes: number;
  readonly wallMs: number;
  /** User and system time of all threads, Node's start included. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  /** `JSON.parse` alone, without reading the file; absent where the text is longer than a string may be. */
  readonly jsonParse?: { readonly wallMs: number; readonly cpuMs: number; readonly peakRssBytes: number };
  /** cpuMs of the import by cpuMs of JSON.parse. */
  readonly ratioToJsonParse?: number;
  /** The same events gzipped; absent where JSON.parse is. */
  readonly gzipped?: Usage & {
    readonly sizeBytes: number;
    /** wallMs by wallMs of JSON.parse of the text: threads are allowed, and somebody waits. */
    readonly wallRatioToJsonParse: number;
  };
}

interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

/** Runs a script under the project's Node and gives what it used; `report-usage.ts` writes that down when it ends. */
async function measure(script: string, args: readonly string[], folder: string): Promise<Usage> {
  const usageFile = path.join(folder, "usage.json");
  const startedAt = performance.now();
  const preload = path.join(import.meta.dirname, "report-usage.ts");
  const child = spawn(process.execPath, ["--import", preload, script, ...args], {
    env: {
      NODE_COMPILE_CACHE: path.join(repository, "node_modules/.cache/node-compile"),
      ...process.env,
      PIPEWAVE_USAGE_FILE: usageFile,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  if (code !== 0) throw new Error(`${path.basename(script)} ended with ${String(code)}`);
  const wallMs = performance.now() - startedAt;
  return { wallMs, ...(JSON.parse(readFileSync(usageFile, "utf8")) as Omit<Usage, "wallMs">) };
}

/** @param rounds how often both are measured, after one round that warms the file cache and the compile cache */
export async function benchImport({ events, rounds }: { events: number; rounds: number }): Promise<ImportFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-bench-"));
  try {
    const file = path.join(folder, "trace.json");
    const written = generateTrace({ file, events });
    const importArgs = ["import", file, "-o", path.join(folder, "out.pipewave"), "--force", "--json"];
    const hasParse = written.sizeBytes < constants.MAX_STRING_LENGTH;
    const gz = `${file}.gz`;
    if (hasParse) await pipeline(createReadStream(file), createGzip(), createWriteStream(gz));
    const gzArgs = importArgs.with(1, gz);
    const cli = path.join(repository, "main/cli/index.ts");
    const parse = path.join(import.meta.dirname, "parse-json.ts");
    await measure(cli, importArgs, folder);
    const imports: Usage[] = [];
    const parses: Usage[] = [];
    const unpacked: Usage[] = [];
    for (let round = 0; round < rounds; round++) {
      imports.push(await measure(cli, importArgs, folder));
      if (!hasParse) continue;
      parses.push(await measure(parse, [file], folder));
      unpacked.push(await measure(cli, gzArgs, folder));
    }
    const figures = medians(imports);
    if (!hasParse) return { ...written, ...figures };
    const jsonParse = medians(parses);
    const packed = medians(unpacked);
    return {
      ...written,
      ...figures,
      jsonParse,
      ratioToJsonParse: round2(figures.cpuMs / jsonParse.cpuMs),
      gzipped: {
        sizeBytes: statSync(gz).size,
        ...packed,
        wallRatioToJsonParse: round2(packed.wallMs / jsonParse.wallMs),
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function medians(usages: readonly Usage[]): Usage {
  return {
    wallMs: Math.round(median(usages.map(({ wallMs }) => wallMs))),
    cpuMs: Math.round(median(usages.map(({ cpuMs }) => cpuMs))),
    peakRssBytes: median(usages.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
