/** The commands from outside: what they print, where, and how they end. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findOutside, parseSvg, piecesOf, textsOf } from "../common/figure/parse-svg.ts";
import { drawTrace, makeTemporaryFolder } from "../support/sample-trace.ts";
import { runCli } from "./run-cli.ts";
import type { CliOutcome } from "./run-cli.ts";

/** Rank 1 is busy for 9 of 11 µs and bounds the pipeline; rank 0 for 6 of 11. */
const DRAWING = ["00.11.22...", "..000111222"];

/** A stack trace, or the name of an error class that a person has no use for. */
const INTERNALS = /\n\s+at |node:internal|AppError|TypeError/;

/** One of many events that do not compress to nothing. */
const drawEvent = (i: number): string =>
  `{"name":"${(i * 2_654_435_761) % 4_294_967_296}","ph":"X","pid":0,"tid":0,"ts":${i},"dur":1}`;

/** A folder with a trace and its run file. */
async function makeRun(): Promise<string> {
  const folder = makeTemporaryFolder();
  writeFileSync(path.join(folder, "drawn.json"), drawTrace(DRAWING));
  const { code, stderr } = await runCli(["import", "drawn.json"], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return folder;
}

const parse = ({ stdout }: CliOutcome): unknown => JSON.parse(stdout);

describe("import", () => {
  test("writes <name>.pipewave into the current folder and says what came in", async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(path.join(folder, "traces"));
    writeFileSync(path.join(folder, "traces/run.3.json.gz"), gzipSync(drawTrace(DRAWING)));
    const { code, stdout, stderr } = await runCli(["import", "traces/run.3.json.gz"], { folder });
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain(
      "run.3.pipewave\n  6 events of chrome-trace read: 6 spans\n  6 pipeline spans, 100.0 % of all",
    );
    expect(readdirSync(folder).sort()).toEqual(["run.3.pipewave", "traces"]);
  });

  test("--json prints the import report and nothing else", async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(path.join(folder, "a.json"), drawTrace(DRAWING));
    const outcome = await runCli(["import", "a.json", "-o", "b.pipewave", "--json"], { folder });
    expect(parse(outcome)).toMatchObject({
      file: "b.pipewave",
      format: "chrome-trace",
      events: { read: 6, spans: 6, instants: 0, counters: 0, flows: 0, metadata: 0 },
      pipelineSpans: 6,
      skipped: [],
      violations: [],
    });
    expect(outcome.stderr).toBe("");
  });

  test("replaces a run file only with --force", async () => {
    const folder = await makeRun();
    const before = readFileSync(path.join(folder, "drawn.pipewave"));
    const refused = await runCli(["import", "drawn.json"], { folder });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^drawn\.pipewave: the file exists already; add --force .*\n$/);
    expect(readFileSync(path.join(folder, "drawn.pipewave")).equals(before)).toBe(true);
    expect((await runCli(["import", "drawn.json", "--force"], { folder })).code).toBe(0);
  });

  test("of several traces goes on after a failure, and lists both with --json", async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(path.join(folder, "good.json"), drawTrace(DRAWING));
    writeFileSync(path.join(folder, "bad.json"), "");
    mkdirSync(path.join(folder, "runs"));
    const outcome = await runCli(["import", "bad.json", "good.json", "-o", "runs", "--json"], { folder });
    expect(outcome.code).toBe(1);
    expect(parse(outcome)).toMatchObject([
      { error: { code: "file-empty", where: { file: "bad.json" } } },
      { file: path.join("runs", "good.pipewave") },
    ]);
    expect(readdirSync(path.join(folder, "runs"))).toEqual(["good.pipewave"]);
  });

  test("takes rules for names of its own", async () => {
    const folder = makeTemporaryFolder();
    const rule = {
      name: "ours",
      pattern: "^step(?<batch>\\d+)/(?<stage>\\d+)$",
      fields: { pass: "forward", phase: "compute" },
    };
    writeFileSync(path.join(folder, "rules.json"), JSON.stringify({ rules: [rule] }));
    const event = { name: "step4/1", ph: "X", pid: 0, tid: 1, ts: 0, dur: 5 };
    writeFileSync(path.join(folder, "a.json"), JSON.stringify([event]));
    const outcome = await runCli(["import", "a.json", "--rules", "rules.json", "--json"], { folder });
    expect(parse(outcome)).toMatchObject({
      pipelineSpans: 1,
      recognisedBy: [{ rule: "ours", spans: 1 }],
    });
  });

  test.each([
    ["an empty file", "", /holds no bytes|is empty/],
    ["JSON that is no trace", '{"hello": 1}', /no trace/],
    ["a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), /PNG|picture|image/i],
    ["random bytes", Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 7919) % 251)), /./],
    [
      "a gzip cut in the middle",
      gzipSync(`[${Array.from({ length: 2000 }, (_, i) => drawEvent(i)).join(",")}]`).subarray(0, 9_000),
      /byte \d+|cut|damaged/,
    ],
    ["a trace cut in the middle", drawTrace(DRAWING).slice(0, 300), /--keep-partial/],
  ])("of %s fails with one sentence and leaves nothing behind", async (_, content, sentence) => {
    const folder = makeTemporaryFolder();
    writeFileSync(path.join(folder, "input"), content);
    for (const json of [[], ["--json"]]) {
      const outcome = await runCli(["import", "input", ...json], { folder });
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(sentence);
      expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
      expect(outcome.stderr).not.toMatch(INTERNALS);
      if (json.length === 0) expect(outcome.stdout).toBe("");
      else {
        expect(parse(outcome)).toMatchObject({ error: { message: outcome.stderr.trim(), where: { file: "input" } } });
      }
      expect(readdirSync(folder)).toEqual(["input"]);
    }
  });

  test("of a file that is not there says so", async () => {
    const folder = makeTemporaryFolder();
    const { code, stderr } = await runCli(["import", "missing.json"], { folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^missing\.json: .*\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("report", () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "pipewave-test-"));
    writeFileSync(path.join(folder, "drawn.json"), drawTrace(DRAWING));
    await runCli(["import", "drawn.json"], { folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("--json prints the figures of the drawing", async () => {
    const outcome = await runCli(["report", "drawn.pipewave", "--json"], { folder });
    expect(outcome.code).toBe(0);
    expect(parse(outcome)).toMatchObject({
      run: {
        name: "drawn",
        kind: "imported",
        spans: 6,
        pipelineSpans: 6,
        stages: 2,
        ranks: 2,
        batches: 3,
        iterations: 1,
      },
      scope: { iteration: 0, replica: 0 },
      makespanNs: 11_000,
      bubble: {
        ratio: (5 / 11 + 2 / 11) / 2,
        byCauseNs: { fill: 2_000, drain: 3_000, other: 2_000 },
        rows: [
          { rank: 0, busyNs: 6_000 },
          { rank: 1, busyNs: 9_000 },
        ],
      },
      initiationInterval: {
        measuredNs: 3_000,
        meanNs: 3_000,
        boundNs: 3_000,
        bottleneck: { rank: 1, stage: 1, phase: "compute" },
      },
    });
  });

  test("prints a table with a bar for each rank, without colour where stdout is no terminal", async () => {
    const { stdout, stderr } = await runCli(["report", "drawn.pipewave"], { folder });
    expect(stderr).toBe("");
    expect(stdout).not.toContain("\u001b");
    const lines = stdout.split("\n");
    expect(lines).toContainEqual(expect.stringMatching(/^Bubbles: 31\.8 % of the window$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ +0 {2}█+[▏▎▍▌▋▊▉]?·+ +6\.000 µs +45\.5 % +0 ns +3\.000 µs +0 ns +2\.000 µs$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^Rank 1 bounds it: its compute, most of it .*, takes 3\.000 µs of every 3\.000 µs from start to start \(100\.0 %\)\.$/,
      ),
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test("lists the longest bubbles when asked, in numbers and as a table", async () => {
    const outcome = await runCli(["report", "drawn.pipewave", "--bubbles", "2", "--json"], { folder });
    const { bubbles } = parse(outcome) as {
      bubbles: { bubbles: { rank: number; cause: string; fromNs: number; toNs: number }[]; total: number };
    };
    expect(bubbles.total).toBeGreaterThan(2);
    // The row of rank 0 above says 3 µs of drain, that of rank 1 2 µs of fill.
    expect(bubbles.bubbles.map(({ rank, cause, fromNs, toNs }) => ({ rank, cause, ns: toNs - fromNs }))).toEqual([
      { rank: 0, cause: "drain", ns: 3_000 },
      { rank: 1, cause: "fill", ns: 2_000 },
    ]);
    const { stdout } = await runCli(["report", "drawn.pipewave", "--bubbles", "1"], { folder });
    expect(stdout).toMatch(
      /Longest bubbles \(1 of \d+\)\nrank +from +length +cause +waited for\n +0 .* 3\.000 µs +drain\n/,
    );
  });

  test("uses colour when told to, and none with NO_COLOR", async () => {
    const { stdout } = await runCli(["report", "drawn.pipewave"], { folder, environment: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001b[");
    const plain = await runCli(["report", "drawn.pipewave"], { folder, environment: { NO_COLOR: "1" } });
    expect(plain.stdout).not.toContain("\u001b");
  });

  test("of a trace imports it for the moment and leaves nothing behind", async () => {
    const temporary = makeTemporaryFolder();
    const outcome = await runCli(["report", "drawn.json", "--json"], { folder, environment: { TMPDIR: temporary } });
    expect(parse(outcome)).toMatchObject({ makespanNs: 11_000 });
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["drawn.json", "drawn.pipewave"]);
  });

  test("of an iteration that is not there names those that are", async () => {
    const outcome = await runCli(["report", "drawn.pipewave", "--iteration", "5", "--json"], { folder });
    expect(outcome.code).toBe(1);
    expect(parse(outcome)).toMatchObject({ error: { code: "unknown-scope", todo: "choose one of 0" } });
  });

  test("of a run without pipeline names lists the most frequent ones and exits with 1", async () => {
    const events = ["gemm", "relu", "gemm"].map((name, i) => ({ name, ph: "X", pid: 0, tid: 0, ts: i * 10, dur: 5 }));
    const elsewhere = makeTemporaryFolder();
    writeFileSync(path.join(elsewhere, "lanes.json"), JSON.stringify(events));
    const text = await runCli(["report", "lanes.json"], { folder: elsewhere });
    expect(text.code).toBe(1);
    expect(text.stderr).toBe("0 of 3 spans recognised: no pipeline names\n");
    expect(text.stdout).toMatch(/ 2 {2}gemm\n +1 {2}relu/);
    const json = await runCli(["report", "lanes.json", "--json"], { folder: elsewhere });
    expect(json.code).toBe(1);
    expect(parse(json)).toMatchObject({
      error: "0 of 3 spans recognised: no pipeline names",
      frequentNames: [
        { name: "gemm", count: 2 },
        { name: "relu", count: 1 },
      ],
    });
    expect(parse(json)).not.toHaveProperty("bubble");
  });
});

describe("sql", () => {
  test("prints an aligned table", async () => {
    const folder = await makeRun();
    const statement = "select stage, count(*) as spans, sum(duration) as busy from span group by stage";
    const { stdout } = await runCli(["sql", "drawn.pipewave", statement], { folder });
    expect(stdout).toBe("stage  spans  busy\n    0      3  6000\n    1      3  9000\n(2 rows)\n");
  });

  test("prints rows as objects with --json, none lost where names repeat", async () => {
    const folder = await makeRun();
    const outcome = await runCli(
      ["sql", "--json", "drawn.pipewave", "select 1 as a, 'x' as a, null as b, x'00ff' as c"],
      {
        folder,
      },
    );
    expect(parse(outcome)).toEqual([{ a: 1, "a:2": "x", b: null, c: "x'00ff'" }]);
  });

  test.each(["selec", "drop table run", "select * from nothing", "select 1; select 2"])(
    "refuses %s with a sentence",
    async (statement) => {
      const folder = await makeRun();
      const { code, stdout, stderr } = await runCli(["sql", "drawn.pipewave", statement], { folder });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).not.toMatch(INTERNALS);
      expect(stderr.trim().length).toBeGreaterThan(10);
    },
  );
});

describe("export", () => {
  test("writes Chrome JSON, compressed when the name says so, the same bytes each time", async () => {
    const folder = await makeRun();
    await runCli(["export", "drawn.pipewave", "-o", "again.json.gz"], { folder });
    const piped = await runCli(["export", "drawn.pipewave", "-o", "-"], { folder });
    const refused = await runCli(["export", "drawn.pipewave"], { folder });
    expect(refused.stderr).toMatch(/^drawn\.json: the file exists already; add --force .*\n$/);
    // The trace of that name is there already, and stays.
    expect(readFileSync(path.join(folder, "drawn.json"), "utf8")).toBe(drawTrace(DRAWING));
    expect(gunzipSync(readFileSync(path.join(folder, "again.json.gz"))).toString()).toBe(piped.stdout);
    const document = JSON.parse(piped.stdout) as { traceEvents: { ph: string; dur: number }[] };
    const spans = document.traceEvents.filter(({ ph }) => ph === "X");
    expect(spans.map(({ dur }) => dur)).toEqual([2, 3, 2, 3, 2, 3]);
  });

  test("writes CSV and SQLite and says what it wrote", async () => {
    const folder = await makeRun();
    const csv = await runCli(["export", "drawn.pipewave", "--format", "csv", "--json"], { folder });
    expect(parse(csv)).toMatchObject({ file: "drawn.csv", format: "csv", spans: 6 });
    expect(readFileSync(path.join(folder, "drawn.csv"), "utf8").split("\n")).toHaveLength(8);
    const sqlite = await runCli(["export", "drawn.pipewave", "--format", "sqlite", "-o", "rows.db"], { folder });
    expect(sqlite.stdout).toMatch(/^rows\.db: 6 spans, /);
    expect(existsSync(path.join(folder, "rows.db"))).toBe(true);
  });

  test("draws the wavefront as SVG, a piece a span, with the report's figures", async () => {
    const folder = await makeRun();
    const { code, stdout } = await runCli(["export", "drawn.pipewave", "--format", "svg", "-o", "-"], { folder });
    expect(code).toBe(0);
    const svg = parseSvg(stdout.trim());
    expect(findOutside(svg)).toEqual([]);
    const texts = textsOf(svg);
    for (const text of ["drawn", "rank 0", "rank 1", "conv forward"]) expect(texts).toContain(text);
    expect(texts.some((text) => text.includes("makespan 11.00 µs"))).toBe(true);
    expect(piecesOf(svg, "#8457c9")).toHaveLength(6);
  });

  test("refuses to write two things to stdout", async () => {
    const folder = await makeRun();
    const { code, stderr } = await runCli(["export", "drawn.pipewave", "-o", "-", "--json"], { folder });
    expect(code).toBe(2);
    expect(stderr).toContain("both want stdout");
  });
});

describe("a wrong call", () => {
  test.each([
    [["report"]],
    [["report", "a", "--iteration", "-1"]],
    [["report", "a", "--iteration", "1.5"]],
    [["nothing"]],
    [["import", "a", "--nothing"]],
    [["export", "a", "--format", "png"]],
    [["import", "a", "b", "-o", "missing"]],
    [[]],
  ])("%j exits with 2 and a hint on stderr", async (args) => {
    const folder = makeTemporaryFolder();
    const { code, stdout, stderr } = await runCli(args, { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.length).toBeGreaterThan(20);
    expect(stderr).not.toMatch(INTERNALS);
  });

  test("with --json still prints one document", async () => {
    const outcome = await runCli(["report", "a", "--iteration", "x", "--json"], { folder: makeTemporaryFolder() });
    expect(outcome.code).toBe(2);
    expect(parse(outcome)).toMatchObject({ error: { code: "usage" } });
  });
});

test.each([["--help"], ["import", "--help"], ["help", "report"]])(
  "pipewave %s %s explains itself and exits with 0",
  async (...args) => {
    const { code, stdout, stderr } = await runCli(args, { folder: makeTemporaryFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: pipewave");
  },
);
