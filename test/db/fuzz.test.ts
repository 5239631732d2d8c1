/** Run files with flipped, cut and repeated bytes: every reading call gives data or an AppError, never anything else. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { spanId } from "#common/ids.ts";

import { openRun } from "../../db/index.ts";
import type { RunReader } from "../../db/index.ts";
import { createFolder, createRandom, createRandomSpans, writeRun } from "./random-run.ts";

const READS: readonly ((reader: RunReader) => unknown)[] = [
  (reader) => reader.readAllSpans(),
  (reader) => reader.readChunk(0),
  (reader) => reader.readArgs(spanId(7)),
  (reader) => reader.readChunkArgs(0),
  (reader) => reader.instants(),
  (reader) => reader.counters(),
  (reader) => reader.flows(),
  (reader) => reader.query("select stage, count(*), max(args) from span group by stage"),
  (reader) => reader.query("select * from lane join stage"),
];

test("damaged bytes never get past an AppError", () => {
  const folder = createFolder();
  const original = path.join(folder, "original.pipewave");
  writeRun(original, createRandomSpans({ count: 2000, seed: 7 }));
  const whole = readFileSync(original);
  const file = path.join(folder, "damaged.pipewave");
  const random = createRandom(8);
  const below = (limit: number) => Math.floor(random() * limit);
  const outcomes = new Map<string, number>();
  const attempt = (step: () => void) => {
    let outcome = "read";
    try {
      step();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  for (let round = 0; round < 300; round++) {
    let bytes = Buffer.from(whole);
    if (round % 10 === 0) bytes = bytes.subarray(0, below(bytes.length));
    // Half of the damage goes to the first bytes of a page, where SQLite keeps what leads it through the file.
    for (let flips = 1 + below(20); flips > 0 && bytes.length > 0; flips--) {
      const anywhere = below(bytes.length);
      bytes[flips % 2 === 0 ? anywhere : anywhere - (anywhere % 16_384) + (anywhere % 100)] ^= 1 << below(8);
    }
    writeFileSync(file, bytes);
    attempt(() => {
      const reader = openRun(file);
      for (const read of READS) attempt(() => read(reader));
      reader.close();
    });
  }
  // The damage must have reached both sides, or this test says nothing.
  expect(outcomes.get("read")).toBeGreaterThan(50);
  expect(outcomes.get("damaged-run-file")).toBeGreaterThan(50);
});
