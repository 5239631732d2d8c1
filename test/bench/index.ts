/**
 * `npm run -s bench -- [--json] [--only <part>…] [--events <n>…] [--rounds <n>]`: the figures of DESIGN §7. With --json stdout
 * holds one JSON document and nothing else. It measures and prints; it judges nothing.
 *
 * Parts: import window capture simulate prediction open tiles frames compare memory. The last five look at generated runs of
 * --spans spans (10 and 100 M; compare at the smallest and one a hundredth shorter), kept in --runs if that is given; --seconds of panning a run, --navigation seconds in the largest one
 * (300 are the five minutes of the target).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { benchCompare } from "./bench-compare.ts";
import { benchCapture, describeCapture } from "./bench-capture.ts";
import { benchFrames } from "./bench-frames.ts";
import { benchImport } from "./bench-import.ts";
import { benchMemory } from "./bench-memory.ts";
import { benchOpen } from "./bench-open.ts";
import { benchPrediction, describePrediction } from "./bench-prediction.ts";
import { benchSimulate, describeSimulate } from "./bench-simulate.ts";
import { benchTiles } from "./bench-tiles.ts";
import { benchWindow } from "./bench-window.ts";
import type { ImportFigures } from "./bench-import.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    events: { type: "string", multiple: true, default: ["1000000"] },
    rounds: { type: "string", default: "3" },
    only: { type: "string", multiple: true, default: [] },
    runs: { type: "string" },
    spans: { type: "string", multiple: true, default: ["10000000", "100000000"] },
    seconds: { type: "string", default: "10" },
    navigation: { type: "string", default: "300" },
    openings: { type: "string", default: "50" },
  },
});

/** Runs a part if it is asked for, or if nothing is. */
async function measure<Figures>(part: string, bench: () => Figures | Promise<Figures>): Promise<Figures | undefined> {
  if (values.only.length > 0 && !values.only.includes(part)) return undefined;
  process.stderr.write(`${part} …\n`);
  return bench();
}

const imports: ImportFigures[] = [];
for (const events of values.only.length === 0 || values.only.includes("import") ? values.events : []) {
  process.stderr.write(`import of ${events} events …\n`);
  imports.push(await benchImport({ events: Number(events), rounds: Number(values.rounds) }));
}

const window = await measure("window", () => benchWindow());
const capture = await measure("capture", () => benchCapture());
const simulate = await measure("simulate", () => benchSimulate());
const prediction = await measure("prediction", () => benchPrediction());
const large = await measureLargeRuns();

const document = {
  machine: { cores: availableParallelism(), cpu: cpus()[0]?.model, node: process.version },
  import: imports,
  open: [...(window === undefined ? [] : [window]), ...(large.open ?? [])],
  tiles: large.tiles ?? [],
  frames: large.frames === undefined ? [] : [large.frames],
  compare: large.compare === undefined ? [] : [large.compare],
  memory: large.memory,
  capture,
  simulate,
  prediction,
  analysis: [],
};

if (values.json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
else {
  for (const figures of imports) process.stdout.write(`${describeImport(figures)}\n`);
  if (window !== undefined) process.stdout.write(`window: ${JSON.stringify(window)}\n`);
  if (capture !== undefined) process.stdout.write(`${describeCapture(capture)}\n`);
  if (simulate !== undefined) process.stdout.write(`${describeSimulate(simulate)}\n`);
  if (prediction !== undefined) process.stdout.write(`${describePrediction(prediction)}\n`);
  for (const [part, figures] of Object.entries(large)) {
    if (figures !== undefined) process.stdout.write(`${part}: ${JSON.stringify(figures)}\n`);
  }
}

/** Opening, tiles, frames and memory of generated runs; these are removed afterwards unless a folder for them is given. */
async function measureLargeRuns() {
  const folder = values.runs ?? mkdtempSync(path.join(tmpdir(), "pipewave-bench-"));
  const sizes = values.spans.map(Number);
  const shapes = ["stages", "lanes"] as const;
  const runs = sizes.flatMap((spans) => shapes.map((shape) => ({ shape, spans })));
  const ofTiles = { shape: "stages", spans: Math.min(...sizes) } as const;
  try {
    return {
      open: await measure("open", () => benchOpen({ folder, runs })),
      tiles: await measure("tiles", () => [
        benchTiles({ folder, run: ofTiles, axis: "rank" }),
        benchTiles({ folder, run: { ...ofTiles, shape: "lanes" }, axis: "lane" }),
      ]),
      frames: await measure("frames", () =>
        benchFrames({ folder, runs: runs.filter(({ shape }) => shape === "lanes"), seconds: Number(values.seconds) }),
      ),
      compare: await measure("compare", () =>
        benchCompare({
          folder,
          a: ofTiles,
          b: { ...ofTiles, spans: Math.round(ofTiles.spans * 0.99) },
          seconds: Number(values.seconds),
        }),
      ),
      memory: await measure("memory", () =>
        benchMemory({
          folder,
          run: { shape: "stages", spans: Math.max(...sizes) },
          seconds: Number(values.navigation),
          openings: Number(values.openings),
        }),
      ),
    };
  } finally {
    if (values.runs === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function describeImport({
  events,
  sizeBytes,
  wallMs,
  cpuMs,
  peakRssBytes,
  jsonParse,
  ratioToJsonParse,
  gzipped,
}: ImportFigures): string {
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const imported = `import ${events} events (${mb(sizeBytes)}): ${cpuMs} ms CPU, ${wallMs} ms wall, peak ${mb(peakRssBytes)}`;
  if (jsonParse === undefined) return imported;
  const parsed = `JSON.parse ${jsonParse.cpuMs} ms CPU, peak ${mb(jsonParse.peakRssBytes)}`;
  const packed = gzipped === undefined ? "" : `; gzipped ${gzipped.wallMs} ms wall, ${gzipped.cpuMs} ms CPU`;
  return `${imported}; ${parsed}; ratio ${ratioToJsonParse}${packed}`;
}
