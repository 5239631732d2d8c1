/**
 * Small traces for tests of the library and of the hosts: a linear pipeline drawn as text, one character a microsecond.
 *
 *     rank 0: 00.11     batch 0 computes in [0, 2) µs, batch 1 in [3, 5)
 *     rank 1: ..00.11
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { onTestFinished } from "vitest";

/** A folder that is removed when the test ends. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Chrome trace of a drawing: line r is rank and stage r, a digit is the batch that computes, anything else is idle. */
export function drawTrace(lines: readonly string[]): string {
  const events = lines.flatMap((line, rank) =>
    [...line.matchAll(/(\d)\1*/g)].map((match) => ({
      name: "compute",
      ph: "X",
      pid: 0,
      tid: rank,
      ts: match.index,
      dur: match[0].length,
      args: { stage: rank, batch: Number(match[1]), pass: "forward", phase: "compute", op: "conv" },
    })),
  );
  return JSON.stringify({ traceEvents: events });
}

/** Two ranks, two batches: makespan 7 µs, each rank busy for 4. */
export const TWO_RANKS = ["00.11..", "..00.11"];

/** Writes a trace file and gives its path. */
export function writeTrace(folder: string, name: string, lines: readonly string[] = TWO_RANKS): string {
  const file = path.join(folder, name);
  writeFileSync(file, drawTrace(lines));
  return file;
}
