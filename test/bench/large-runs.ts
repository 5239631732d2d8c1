/**
 * The generated runs that the benches of drawing look at: made once a folder, served by `pipewave serve` from a library of
 * links to them. Generating 100 M spans takes about a minute and 0.8 GB of disk.
 */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

import { serve } from "../e2e/served.ts";
import type { Served } from "../e2e/served.ts";
import { generateRun } from "./generate-run.ts";
import type { RunShape } from "./generate-run.ts";

export interface LargeRun {
  readonly shape: RunShape;
  readonly spans: number;
}

/** Also the run's id in the library that is served. */
export const nameOf = ({ shape, spans }: LargeRun): string => `${shape}-${spans}`;

/** The run's file in the folder, generated if it is not there yet. */
export function provideRun(folder: string, run: LargeRun): string {
  const file = path.join(folder, `${nameOf(run)}.pipewave`);
  if (existsSync(file)) return file;
  process.stderr.write(`generating ${nameOf(run)} …\n`);
  mkdirSync(folder, { recursive: true });
  generateRun({ file, ...run });
  return file;
}

export function serveRuns(folder: string, runs: readonly LargeRun[]): Promise<Served> {
  const files = runs.map((run) => provideRun(folder, run));
  return serve((own) => {
    const library = path.join(own, "library");
    mkdirSync(library);
    for (const file of files) symlinkSync(path.resolve(file), path.join(library, path.basename(file)));
    return [];
  });
}

/** Value below which the share of the values lies; `sorted` is ascending and not empty. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  return round2(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
}

export const round2 = (value: number): number => Math.round(value * 100) / 100;
