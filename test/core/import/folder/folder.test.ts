/** Several files as one run: whose they are, what happens to broken ones, and that nothing is left behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { dumpRun } from "../../../support/dump-run.ts";
import { drawTrace, makeTemporaryFolder } from "../../../support/sample-trace.ts";
import { sharedTrace } from "../../../support/shared-traces.ts";
import { importFile } from "../import-text.ts";
import { failTogether, importTogether } from "./import-together.ts";

/** Every rank calls its process and thread the same, as containers do. */
function writeRank(folder: string, name: string, { stage, text = "00.11" }: { stage: number; text?: string }): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const events = [...text.matchAll(/(\d)\1*/g)].map((match) => ({
    name: `PP:${stage}F${match[1]}`,
    ph: "X",
    pid: 17,
    tid: 17,
    ts: match.index,
    dur: match[0].length,
  }));
  writeFileSync(file, JSON.stringify({ baseTimeNanoseconds: 1_700_000_000_000_000_000, traceEvents: events }));
  return file;
}

const ranksOf = (lanes: readonly { rank?: number; replica?: number }[]) =>
  lanes.map(({ replica, rank }) => `${replica ?? "-"}/${rank ?? "-"}`);

describe("a folder", () => {
  test("is one run with a rank per file, though all files use the same process number", async () => {
    const folder = makeTemporaryFolder();
    writeRank(folder, "rank-1.json", { stage: 1, text: "..00.11" });
    writeRank(folder, "rank-0.json", { stage: 0 });
    writeRank(folder, "rank-10.json", { stage: 2, text: "....00.11" });
    const { report, reader } = await importTogether([folder]);
    expect(report.files?.map(({ file, rank, spans }) => [file, rank, spans])).toEqual([
      ["rank-0.json", 0, 2],
      ["rank-1.json", 1, 2],
      ["rank-10.json", 10, 2],
    ]);
    expect(ranksOf(reader.lanes)).toEqual(["0/0", "0/1", "0/10"]);
    expect(new Set(reader.lanes.map(({ process }) => process)).size).toBe(3);
    expect(reader.run.sources.map(({ name }) => name)).toEqual(["rank-0.json", "rank-1.json", "rank-10.json"]);
    expect(report.events.read).toBe(6);
    expect(report.pipelineSpans).toBe(6);
    expect(report.violations).toEqual([]);
  });

  test("gives the same run as the same events in one file", async () => {
    const folder = makeTemporaryFolder();
    const lines = ["00.11..", "..00.11", "....00.11"];
    const together = path.join(makeTemporaryFolder(), "all.json");
    writeFileSync(together, drawTrace(lines));
    lines.forEach((_, rank) => {
      const only = lines.map((line, at) => (at === rank ? line : ""));
      writeFileSync(path.join(folder, `rank${rank}.json`), drawTrace(only));
    });
    const apart = await importTogether([folder]);
    const whole = await importFile(together);
    const times = ({ reader }: { reader: typeof apart.reader }) => {
      const { start, duration, stage, batch, length } = reader.readAllSpans();
      return Array.from({ length }, (_, i) => [start[i], duration[i], stage[i], batch[i]]);
    };
    expect(times(apart)).toEqual(times(whole));
    expect(apart.reader.stages).toEqual(whole.reader.stages);
  });

  test("gives the same run every time, however its threads end", async () => {
    const folder = makeTemporaryFolder();
    for (let rank = 0; rank < 6; rank++) {
      writeRank(folder, `rank-${rank}.json`, { stage: rank, text: `${".".repeat(rank * 2)}00.11` });
    }
    const runs = [await importTogether([folder]), await importTogether([folder])];
    expect(dumpRun(runs[0].reader)).toBe(dumpRun(runs[1].reader));
  });

  test("may have folders inside: what tells the files apart becomes their name, and may tell the rank", async () => {
    const folder = makeTemporaryFolder();
    writeRank(folder, "rank0/trace.json", { stage: 0 });
    writeRank(folder, "rank1/trace.json", { stage: 1 });
    const { report } = await importTogether([folder]);
    expect(report.files?.map(({ file, rank }) => [file, rank])).toEqual([
      ["rank0/trace.json", 0],
      ["rank1/trace.json", 1],
    ]);
  });

  test("may hold other things, which are reported and left out", async () => {
    const folder = makeTemporaryFolder();
    writeRank(folder, "rank-0.json", { stage: 0 });
    writeRank(folder, "rank-1.json", { stage: 1 });
    writeFileSync(path.join(folder, "README.md"), "# Our traces\n");
    writeFileSync(path.join(folder, ".hidden"), "nothing");
    const { report } = await importTogether([folder]);
    expect(report.files?.map(({ file, failure }) => [file, failure?.slice(0, 9)])).toEqual([
      ["rank-0.json", undefined],
      ["rank-1.json", undefined],
      ["README.md", "left out:"],
    ]);
  });
});

describe("the place of a file", () => {
  test("comes from a person's pattern before anything else", async () => {
    const folder = makeTemporaryFolder();
    for (const node of [0, 1]) {
      for (const gpu of [0, 1]) writeRank(folder, `node${node}-gpu${gpu}-rank-9.json`, { stage: gpu });
    }
    const { report } = await importTogether([folder], { rankFrom: String.raw`node(?<replica>\d+)-gpu(?<rank>\d+)` });
    expect(report.files?.map(({ replica, rank }) => `${replica}/${rank}`)).toEqual(["0/0", "0/1", "1/0", "1/1"]);
  });

  test("is asked for by an error where the pattern does not fit, and nothing is left behind", async () => {
    const folder = makeTemporaryFolder();
    writeRank(folder, "a.json", { stage: 0 });
    writeRank(folder, "rank-1.json", { stage: 1 });
    const { error, left } = await failTogether([folder], { rankFrom: String.raw`rank-(?<rank>\d+)` });
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toContain("a.json");
    expect(left).toEqual([]);
  });

  test.each(["rank", "(?<rang>.)", "(?<rank>", "(?<rank>.)(?<node>.)", "(?<rank>(a+)+)"])(
    "cannot come from the pattern %s",
    async (rankFrom) => {
      const folder = makeTemporaryFolder();
      writeRank(folder, "rank-0.json", { stage: 0 });
      writeRank(folder, "rank-1.json", { stage: 1 });
      const { error } = await failTogether([folder], { rankFrom });
      expect((error as AppError).code).toBe("invalid-argument");
    },
  );

  test("comes from the process groups of the job: position in the pipeline's group, and which of the groups", async () => {
    const folder = makeTemporaryFolder();
    const group = (ranks: number[]) => ({ pg_name: "1", pg_desc: "mesh_pp", ranks });
    // Two replicas of two stages: ranks 0 and 2 are one pipeline, 1 and 3 the other.
    [0, 1, 2, 3].forEach((rank) => {
      const stage = rank >> 1;
      writeFileSync(
        path.join(folder, `host${String.fromCodePoint(97 + rank)}.json`),
        JSON.stringify({
          deviceProperties: [],
          distributedInfo: { rank, world_size: 4, pg_config: [group([rank % 2, (rank % 2) + 2])] },
          baseTimeNanoseconds: 1_700_000_000_000_000_000,
          traceEvents: [{ ph: "X", cat: "user_annotation", name: `PP:${stage}F0`, pid: 1, tid: 1, ts: stage, dur: 1 }],
        }),
      );
    });
    const { report } = await importTogether([folder]);
    expect(report.files?.map(({ replica, rank }) => `${replica}/${rank}`)).toEqual(["0/0", "1/0", "0/1", "1/1"]);
  });
});

describe("a broken file", () => {
  const prepare = () => {
    const folder = makeTemporaryFolder();
    writeRank(folder, "rank-0.json", { stage: 0 });
    writeFileSync(path.join(folder, "rank-1.json"), '{"traceEvents":[{"ph":"X","name":');
    writeRank(folder, "rank-2.json", { stage: 2 });
    return folder;
  };

  test("is an error that names it and says how to go on; nothing is left behind", async () => {
    const { error, left } = await failTogether([prepare()]);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("truncated-trace");
    expect((error as AppError).message).toContain("rank-1.json");
    expect((error as AppError).message).toContain("--keep-going");
    expect(left).toEqual([]);
  });

  test("is reported and the rest goes on, where the person agreed", async () => {
    const { report } = await importTogether([prepare()], { keepGoing: true });
    expect(report.files?.map(({ file, rank, failure }) => [file, rank, failure !== undefined])).toEqual([
      ["rank-0.json", 0, false],
      ["rank-2.json", 2, false],
      ["rank-1.json", undefined, true],
    ]);
  });

  test("and no good one is an error, even so", async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(path.join(folder, "README.md"), "nothing here\n");
    const { error, left } = await failTogether([folder], { keepGoing: true });
    expect((error as AppError).code).toBe("no-spans");
    expect(left).toEqual([]);
  });

  test("named by a person is an error even when it is no trace at all", async () => {
    const folder = makeTemporaryFolder();
    const good = writeRank(folder, "rank-0.json", { stage: 0 });
    const other = path.join(folder, "README.md");
    writeFileSync(other, "# Our traces\n");
    const { error } = await failTogether([good, other]);
    expect((error as AppError).code).toBe("unknown-format");
  });
});

test("a cancelled import ends with the reason and leaves nothing behind", async () => {
  const folder = makeTemporaryFolder();
  for (let rank = 0; rank < 6; rank++) writeRank(folder, `rank-${rank}.json`, { stage: rank });
  const stopping = new AbortController();
  const reason = new Error("enough");
  const { error, left } = await failTogether([folder], {
    signal: stopping.signal,
    onProgress: () => stopping.abort(reason),
  });
  expect(error).toBe(reason);
  expect(left).toEqual([]);
});

test("two rank files of one recorded job open as one run of two ranks on one clock", async (context) => {
  const files = [0, 1].map((rank) => sharedTrace(context, `kineto/sampled_rank-${rank}.json.gz`));
  const { report, reader } = await importTogether(files);
  expect(report.files?.map(({ rank, clock }) => [rank, clock?.base])).toEqual([
    [0, "epoch"],
    [1, "epoch"],
  ]);
  expect(new Set(reader.lanes.map(({ rank }) => rank))).toEqual(new Set([0, 1]));
  const alone = await Promise.all(files.map((file) => importFile(file)));
  const counts = alone.map((one) => one.reader.spanCount);
  expect(reader.spanCount).toBe(counts[0] + counts[1]);
  // Each span is where its own file puts it on the epoch.
  const origin = reader.run.originEpochNs ?? 0n;
  const all = reader.readAllSpans();
  alone.forEach((one, rank) => {
    const shift = Number((one.reader.run.originEpochNs ?? 0n) - origin);
    const own = one.reader.readAllSpans();
    const merged = Array.from(all.start).filter((_, span) => reader.lanes[all.lane[span]].rank === rank);
    expect(merged.toSorted((a, b) => a - b)).toEqual(
      Array.from(own.start, (at) => at + shift).toSorted((a, b) => a - b),
    );
  });
});
