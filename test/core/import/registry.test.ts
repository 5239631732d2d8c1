/** Formats are told by content alone: exactly one importer claims each recorded trace, none claims what is no trace. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import type { Importer } from "../../../main/core/import/importer.ts";
import { chooseImporter, IMPORTERS } from "../../../main/core/import/registry.ts";
import { createJob } from "../../support/exports/synthetic-job.ts";
import { writeChromeJson, writeKineto } from "../../support/exports/write-json.ts";
import { writePerfetto } from "../../support/exports/write-perfetto.ts";
import { findSharedTrace, sharedTrace } from "../../support/shared-traces.ts";

/** As the byte window gives it: the first MiB and a 0. */
function headOf(content: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(content);
  const whole = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return Buffer.concat([whole.subarray(0, 1 << 20), Buffer.alloc(1)]);
}

const claimsOf = (content: Uint8Array | string): string[] =>
  IMPORTERS.filter((importer) => importer.sniff(headOf(content))).map(({ format }) => format);

const FORMAT_OF_FOLDER: Readonly<Record<string, string>> = {
  kineto: "kineto",
  "megatron-app": "chrome-trace",
  nsight: "nsight-sqlite",
  "pytorch-schedules": "schedule-csv",
};

const EXPECTED_OF_STRAGGLERS: Readonly<Record<string, string[]>> = {
  "timeline-ST.json.gz": ["chrome-trace"],
  "ideal-timeline-ST.json.gz": ["chrome-trace"],
  "result-ST.json": [],
  "meta-ST.yaml": [],
  "ms-ST.json": [],
  "mw-ST.json": [],
};

function listShared(folder: string): string[] {
  const found = findSharedTrace(folder);
  return found === undefined ? [] : readdirSync(found);
}

describe.each(Object.entries(FORMAT_OF_FOLDER))("recorded traces of %s", (folder, format) => {
  test("are there to be tried", (context) => {
    expect(readdirSync(sharedTrace(context, folder)).length).toBeGreaterThan(0);
  });

  test.each(listShared(folder))(`%s is ${format} and nothing else`, (file) => {
    expect(claimsOf(readFileSync(path.join(findSharedTrace(folder) ?? "", file)))).toEqual([format]);
  });
});

test.for(Object.entries(EXPECTED_OF_STRAGGLERS))("straggler-analysis/%s", ([file, claims], context) => {
  expect(claimsOf(readFileSync(sharedTrace(context, `straggler-analysis/${file}`)))).toEqual(claims);
});

test("the list of recorded files is whole", (context) => {
  sharedTrace(context, "straggler-analysis");
  expect(listShared("straggler-analysis").toSorted()).toEqual(Object.keys(EXPECTED_OF_STRAGGLERS).toSorted());
});

test("the README of the recorded traces is no trace", (context) => {
  expect(claimsOf(readFileSync(sharedTrace(context, "README.md")))).toEqual([]);
});

describe("content", () => {
  const job = createJob(1);
  test.each([
    ["Chrome JSON", writeChromeJson(job), "chrome-trace"],
    ["Kineto", writeKineto(job), "kineto"],
    ["Kineto of 2021", writeKineto(job, { year: 2021 }), "kineto"],
    ["Perfetto", writePerfetto(job), "perfetto"],
    ["a Chrome trace after an empty line", `\n${writeChromeJson(job)}`, "chrome-trace"],
    ["a schedule of one rank and one action", "0F0", "schedule-csv"],
    ["a schedule whose first step is idle", ",1F0\n0F0", "schedule-csv"],
    ["spans as CSV", "name,start_us,duration_us\na,0,1\n", "span-csv"],
    ["spans with semicolons and other words", "Begin [s];x\n".replace("Begin [s]", "Begin-s;Name;End ms"), "span-csv"],
    ["spans as NDJSON", '{"name":"a","start_ns":0,"end_ns":1}\n', "span-ndjson"],
    ["one span without a line end", '{"name":"a","start_ns":0,"end_ns":1}', "span-ndjson"],
  ])("%s has one reader", (_, content, format) => {
    expect(claimsOf(content)).toEqual([format]);
  });

  test.each([
    ["nothing but a new line", "\n"],
    ["a text after an empty line", "\nP is a letter\n"],
    ["a table of other things", "name,size\na,1\n"],
    ["a table without units", "name,start,end\na,1,2\n"],
    ["JSON lines of other things", '{"message":"hello"}\n{"message":"again"}\n'],
    ["a sentence with commas", "one, two, three\n"],
    ["numbers", "1,2,3\n4,5,6\n"],
    ["zeros", Buffer.alloc(64)],
    ["another SQLite database", Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(4080)])],
  ])("%s has none", (_, content) => {
    expect(claimsOf(content)).toEqual([]);
  });
});

test("content that two importers claim is an error that names both", () => {
  const claiming = (format: string): Importer => ({
    format,
    describes: format,
    sniff: () => true,
    read: () => Promise.reject(new Error("is never read")),
  });
  const importers = [claiming("first"), { ...claiming("second"), sniff: () => false }, claiming("third")];
  const choose = () => chooseImporter(headOf("{}"), importers);
  expect(choose).toThrow(AppError);
  expect(choose).toThrow("several importers recognise the content: first, third");
});

test("content that nobody claims is an error that lists what can be read", () => {
  expect(() => chooseImporter(headOf("hello there"))).toThrow(
    /looks like text that begins with "hello th.*Kineto.*Nsight Systems.*Perfetto.*CSV.*NDJSON/u,
  );
});
