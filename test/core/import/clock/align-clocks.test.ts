/** Clocks that are known to be wrong come right: the same traces with true clocks say where every span belongs. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import type { ImportReport } from "#common/report.ts";
import type { RunReader } from "../../../../db/index.ts";
import { makeTemporaryFolder } from "../../../support/sample-trace.ts";
import { EPOCH_NS, simulateSkewedJob, writeRankTrace } from "../../../support/skewed-job.ts";
import type { SkewedJob, TrueSpan } from "../../../support/skewed-job.ts";
import { importTogether } from "../folder/import-together.ts";

const LONG = 60_000;
const RIGHT = { offsetNs: 0, ppm: 0 };
const WRONG = { offsetNs: 3_000_000, ppm: 20 };

const JOB: Omit<SkewedJob, "seed" | "clocks"> = {
  ranks: 4,
  batches: 12,
  iterations: 12,
  forwardNs: 240_000,
  backwardNs: 246_000,
  jitterNs: 30_000,
};

async function importJob(
  job: SkewedJob,
): Promise<{ report: ImportReport; reader: RunReader; spans: readonly TrueSpan[] }> {
  const folder = makeTemporaryFolder();
  const spans = simulateSkewedJob(job);
  for (let rank = 0; rank < job.ranks; rank++) {
    writeFileSync(path.join(folder, `rank-${rank}.json`), writeRankTrace(job, spans, rank));
  }
  return { ...(await importTogether([folder])), spans };
}

/** Greatest distance of any start from its true time, by rank, in ns. */
async function errorsOf(job: SkewedJob): Promise<{ errors: number[]; report: ImportReport }> {
  const { report, reader, spans } = await importJob(job);
  const shift = Number((reader.run.originEpochNs ?? 0n) - EPOCH_NS);
  const found = startsOf(reader);
  const met = new Map<string, number>();
  const errors = new Array<number>(job.ranks).fill(0);
  for (const { rank, name, startNs } of spans.toSorted((a, b) => a.startNs - b.startNs)) {
    const key = `${rank} ${name}`;
    const times = met.get(key) ?? 0;
    met.set(key, times + 1);
    const at = found.get(`${key} ${times}`)?.at ?? NaN;
    errors[rank] = Math.max(errors[rank], Math.abs(at + shift - startNs));
  }
  expect(found.size).toBe(spans.length);
  return { errors, report };
}

interface Found {
  readonly at: number;
  readonly end: number;
}

/** Where spans are by rank, name and how often the name came before on the rank. */
function startsOf(reader: RunReader): Map<string, Found> {
  const { lane, name, start, duration, length } = reader.readAllSpans();
  const met = new Map<string, number>();
  const starts = new Map<string, Found>();
  for (let span = 0; span < length; span++) {
    const rank = reader.lanes[lane[span]].rank ?? -1;
    const key = `${rank} ${reader.names[name[span]].text}`;
    const times = met.get(key) ?? 0;
    met.set(key, times + 1);
    starts.set(`${key} ${times}`, { at: start[span], end: start[span] + duration[span] });
  }
  return starts;
}

describe("clocks that are wrong by 3 ms and 20 ppm", () => {
  test.each([1, 2, 3, 4])(
    "are right to within 10 µs after the import (seed %i)",
    async (seed) => {
      const clocks = [RIGHT, seed % 2 === 0 ? WRONG : RIGHT, seed % 2 === 0 ? RIGHT : WRONG, RIGHT];
      const { errors, report } = await errorsOf({ ...JOB, seed, clocks });
      expect(Math.max(...errors)).toBeLessThan(10_000);
      expect(report.violations).toEqual([]);
    },
    LONG,
  );

  test(
    "are right on eight ranks of which three are wrong, each in its own way",
    async () => {
      const clocks = [RIGHT, WRONG, RIGHT, { offsetNs: -3_000_000, ppm: -20 }, RIGHT, RIGHT, WRONG, RIGHT];
      const { errors } = await errorsOf({
        ...JOB,
        ranks: 8,
        batches: 16,
        forwardNs: 243_000,
        backwardNs: 243_000,
        seed: 5,
        clocks,
      });
      expect(Math.max(...errors)).toBeLessThan(10_000);
    },
    LONG,
  );

  test(
    "are known to be right within the residual even where one direction is much faster than the other",
    async () => {
      const { errors, report } = await errorsOf({
        ...JOB,
        forwardNs: 150_000,
        backwardNs: 450_000,
        seed: 6,
        clocks: [RIGHT, WRONG, RIGHT, RIGHT],
      });
      // Half the difference of the directions is what nobody can tell from the messages.
      expect(errors[1]).toBeGreaterThan(10_000);
      const residuals = report.files?.map(({ clock }) => clock?.residualNs) ?? [];
      errors.forEach((error, rank) => expect(error).toBeLessThanOrEqual(residuals[rank] ?? -1));
    },
    LONG,
  );
});

describe("what the report says of each clock", () => {
  test(
    "names the file that the others follow, the corrections, and how exact they are",
    async () => {
      const { report } = await importJob({ ...JOB, seed: 7, clocks: [RIGHT, WRONG, RIGHT, RIGHT] });
      const clocks = report.files?.map(({ clock }) => clock) ?? [];
      expect(clocks.map((clock) => clock?.base)).toEqual(["epoch", "epoch", "epoch", "epoch"]);
      expect(clocks.filter((clock) => clock?.residualNs === 0)).toHaveLength(1);
      expect(clocks[1]?.offsetNs).toBeLessThan(-2_990_000);
      expect(clocks[1]?.driftPpm).toBeCloseTo(-20, 0);
      expect(clocks.every((clock) => (clock?.pairs ?? 0) > 100)).toBe(true);
      expect(clocks.every((clock) => (clock?.residualNs ?? Infinity) < 1_500_000)).toBe(true);
    },
    LONG,
  );

  test(
    "says that there is no residual where the trace identifies no messages, and changes nothing",
    async () => {
      const { report } = await importJob({ ...JOB, seed: 8, computeOnly: true, clocks: [RIGHT, WRONG, RIGHT, RIGHT] });
      expect(report.files?.map(({ clock }) => clock)).toEqual(
        [0, 1, 2, 3].map(() => ({
          base: "epoch",
          offsetNs: 0,
          driftPpm: 0,
          pairs: 0,
          unavailable: "the trace identifies no sends and receives",
        })),
      );
    },
    LONG,
  );

  test(
    "says that messages of one direction bound a clock from one side only, and repairs what they show to be wrong",
    async () => {
      const behind = { offsetNs: -3_000_000, ppm: 0 };
      const { report, reader } = await importJob({
        ...JOB,
        seed: 9,
        isTraining: false,
        clocks: [RIGHT, behind, RIGHT, RIGHT],
      });
      const clocks = report.files?.map(({ clock }) => clock) ?? [];
      expect(clocks[1]?.unavailable).toBe("messages go one way only, which bounds its clock from one side");
      expect(clocks[1]?.residualNs).toBeUndefined();
      const starts = startsOf(reader);
      for (const [key, { end }] of starts) {
        const received = /^(\d) PP:\dRECV_F(\d+) (\d+)$/.exec(key);
        if (received === null) continue;
        const from = Number(received[1]) - 1;
        const sent = starts.get(`${from} PP:${from}SEND_F${received[2]} ${received[3]}`)?.at ?? Infinity;
        expect(end).toBeGreaterThanOrEqual(sent);
      }
      expect(clocks[1]?.offsetNs).toBeGreaterThan(2_000_000);
    },
    LONG,
  );
});
