/**
 * Ten thousand damaged inputs: bytes flipped, cut, repeated, inserted, of traces of every format, plain and compressed. Each
 * gives a report or an AppError, in bounded time and memory, and leaves no temporary file. Seeded: a failure names its input.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";

import { expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import type { ImportReport } from "#common/report.ts";
import { openRun } from "../../../db/index.ts";
import type { RunWriter } from "../../../db/index.ts";
import { importSource, importTrace } from "../../../main/core/import/import-trace.ts";
import type { ImportOptions } from "../../../main/core/import/import-trace.ts";
import { openSource } from "../../../main/core/import/source.ts";
import { createJob } from "../../support/exports/synthetic-job.ts";
import type { SyntheticJob } from "../../support/exports/synthetic-job.ts";
import { writeKineto } from "../../support/exports/write-json.ts";
import { writeNsight } from "../../support/exports/write-nsight.ts";
import { writePerfetto } from "../../support/exports/write-perfetto.ts";
import { measureHeldMemory } from "../../support/held-memory.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

const INPUTS = 10_000;
const FORMATS = ["chrome-trace", "kineto", "nsight-sqlite", "perfetto", "schedule-csv", "span-csv", "span-ndjson"];
/** So many inputs, one is written to a real run file. */
const REAL_FILE_EVERY = 50;
/** Bytes that mean something to JSON, to compression or to UTF-8. */
const SPECIAL = [
  0, 9, 10, 34, 44, 45, 46, 48, 57, 58, 69, 91, 92, 93, 101, 110, 117, 123, 125, 0x1f, 0x8b, 0xb5, 0xc3, 0xef, 0xff,
];

const events = [
  '{"ph":"X","name":"0 conv","cat":"p","ts":1.5,"dur":2,"pid":0,"tid":"0","args":{"stage":0,"batch":1,"phase":"in","op":"conv"}}',
  '{"ph":"X","name":"0 conv","cat":"p","ts":4.25,"dur":2,"pid":0,"tid":"0","args":{"stage":0,"batch":2,"phase":"in","op":"conv"}}',
  '{"ph":"B","name":"forward","ts":3,"pid":1,"tid":-1,"args":{"iteration":0}}',
  '{"ph":"E","name":"forward","ts":9,"pid":1,"tid":-1,"args":{"iteration":0,"microbatch":1,"model_chunk":0,"pp_rank":1}}',
  String.raw`{"ph":"i","s":"g","name":"\u00e9\n\"x","ts":1e1,"pid":"P","tid":7.0,"args":{"deep":[[{"a":[null,true,-0.5e-3]}]]}}`,
  '{"ph":"M","name":"thread_name","pid":1,"tid":-1,"args":{"name":"PP rank 1"}}',
  '{"ph":"s","id":5,"cat":"f","name":"f","ts":2,"pid":0,"tid":0},{"ph":"f","bp":"e","id":5,"cat":"f","name":"f","ts":5,"pid":0,"tid":0}',
  '{"ph":"C","name":"mem","ts":6,"pid":0,"args":{"used":12.5}}',
  '{"ph":"b","cat":"a","id":"0x1","name":"async","ts":1,"pid":0,"tid":0},{"ph":"e","cat":"a","id":"0x1","name":"async","ts":8,"pid":0,"tid":0}',
  '{"ph":"X","name":"PP:0F3","ts":1695835542514261.125,"dur":10,"pid":0,"tid":0,"cname":"good"}',
];
const array = `[${events.join(",\n")}]`;
const object = `{"distributedInfo":{"rank":3},"traceEvents":[${events.join(",")}],"baseTimeNanoseconds":1751410836000000000}`;
/** Mostly plain: damage to compressed bytes is found before anybody reads what was in them. */
const pickled = (bytes: Uint8Array | string): Buffer[] => [
  ...Array.from({ length: 4 }, () => Buffer.from(bytes)),
  gzipSync(bytes),
  zstdCompressSync(bytes),
];

const wholeJob = createJob(4);
/** Two ranks' first actions: an input that is mostly one action would be damaged where nothing is read. */
const job: SyntheticJob = { ...wholeJob, actions: wholeJob.actions.slice(0, 6), strays: wholeJob.strays.slice(0, 1) };

function exportNsight(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-test-"));
  writeNsight(path.join(folder, "export"), job);
  const bytes = readFileSync(path.join(folder, "export"));
  rmSync(folder, { recursive: true });
  return bytes;
}

const spanCsv = `name,start_us,duration_us,rank,stage,batch,pass,note
block 0,0,120.5,0,0,0,forward,"a ""quoted"", word"
send,120.5,8,0,0,0,forward,
block 1,1e2,2.25,1,1,0,backward,\u00e9
`;
const spanNdjson = `{"name":"block 0","start_ns":1751410836123456789,"end_ns":1751410836123457789,"stage":0,"batch":0}
{"name":"block 1","start_ns":1751410836123457000,"end_ns":1751410836123459789,"stage":1,"batch":0,"deep":[[{"a":null}]]}
`;
const schedule = `0F0,0F1,0SEND_F0,,0B0,0W0,0B1,0W1
,1F0,1B0,1W0,1F1,1B1,1W1
`;

/** By format: one is drawn first, so that each gets its share. */
const bases: readonly (readonly Buffer[])[] = [
  [array, object].flatMap(pickled),
  [array, object].flatMap(pickled),
  pickled(writeKineto(job, { deviceAnnotations: "whole", distributedInfo: { rank: 1, pg_config: [] } })),
  pickled(exportNsight()),
  pickled(writePerfetto(job)),
  pickled(spanCsv),
  pickled(spanNdjson),
  pickled(schedule),
];

function damage(base: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(base);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(bytes.length);
    const length = 1 + random.below(Math.min(60, bytes.length));
    switch (random.below(6)) {
      case 0:
        bytes[at] ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.pick(SPECIAL);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, random.pick(SPECIAL)), bytes.subarray(at)]);
    }
    if (bytes.length === 0) break;
  }
  return bytes;
}

/** Takes everything and keeps nothing: a real run file costs ten times the import of such a small trace. */
function createNowhere(): RunWriter {
  const ignore = () => undefined;
  return {
    setRun: ignore,
    setImportReport: ignore,
    expectSpans: ignore,
    addStages: ignore,
    addEdges: ignore,
    addLanes: ignore,
    addNames: ignore,
    appendSpans: ignore,
    addInstants: ignore,
    addCounters: ignore,
    addFlows: ignore,
    finish: ignore,
    abort: ignore,
  };
}

test("damaged inputs give a report or an error, and nothing else", { timeout: 180_000 }, async () => {
  const folder = makeTemporaryFolder();
  const file = path.join(folder, "unknown");
  const out = path.join(folder, "out.pipewave");
  const outcomes = new Map<string, number>();
  const formats = new Set<string>();
  const heldBefore = measureHeldMemory();
  for (let input = 0; input < INPUTS; input++) {
    const random = createRandom(input);
    const bytes = damage(random.pick(random.pick(bases)), random);
    const options = { path: file, out, replace: true, keepPartial: random.below(2) === 0 };
    writeFileSync(file, bytes);
    let outcome = "report";
    try {
      const report = input % REAL_FILE_EVERY === 0 ? await importTrace(options) : await importToNowhere(options);
      expect(report.violations).toEqual([]);
      formats.add(report.format);
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw new Error(`input ${input}: ${bytes.toString("latin1")}`, { cause: error });
      }
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (input % REAL_FILE_EVERY === 0 && outcome === "report") openRun(out).close();
    rmSync(out, { force: true });
  }
  expect(readdirSync(folder)).toEqual(["unknown"]);
  // Both sides of the fence were reached.
  const reached = [
    "report",
    "malformed-trace",
    "malformed-schedule",
    "impossible-order",
    "corrupt-compression",
    "truncated-trace",
    "unknown-format",
  ];
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(reached));
  expect([...formats].toSorted()).toEqual(FORMATS);
  expect(measureHeldMemory() - heldBefore).toBeLessThan(100e6);
});

async function importToNowhere(options: ImportOptions): Promise<ImportReport> {
  const source = openSource(options.path);
  try {
    return await importSource(source, options, 0, createNowhere);
  } finally {
    source.close();
  }
}
