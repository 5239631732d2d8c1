/** What an export writes is the run: everything in Chrome JSON, the spans in CSV, all rows in SQLite. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { laneId, nameId, stageId } from "#common/ids.ts";
import { ns } from "#common/units.ts";

import { createRun } from "../../../db/index.ts";
import { exportChromeTrace } from "../../../main/core/export/chrome-trace.ts";
import { exportCsv } from "../../../main/core/export/csv.ts";
import { createOutputFile } from "../../../main/core/export/output.ts";
import { exportSqlite } from "../../../main/core/export/sqlite.ts";
import { createFolder, createRandomSpans, encodeTexts, LANES, NAMES, RUN, STAGES } from "../../db/random-run.ts";
import { collectOutput, readModel, withRun } from "./collect.ts";
import { restoreRun } from "./restore.ts";

/** A run with everything in it; times before the origin, all kinds of arguments, several chunks. */
function writeFullRun(file: string, { count = 500 } = {}): void {
  const { columns } = createRandomSpans({ count, seed: 7, firstStart: -12_345 });
  const odd = [
    undefined,
    '{"a": 1.50, "b":{"c":[{}]} }',
    '{"pipewave":{"stage":77}}',
    '{"text":"},\\"pipewave\\":{"}',
    "[1]",
  ];
  const texts = Array.from({ length: count }, (_, i) => odd[i % odd.length] ?? "");
  const writer = createRun(file);
  writer.setRun(RUN);
  writer.addStages(STAGES);
  writer.addEdges([
    { from: stageId(0), to: stageId(1) },
    { from: stageId(0), to: stageId(3) },
  ]);
  writer.addLanes(LANES);
  writer.addNames(NAMES);
  writer.appendSpans(columns, encodeTexts(texts));
  writer.addInstants([
    { at: ns(-7), name: nameId(1), scope: "global" },
    { at: ns(5_001), lane: laneId(3), name: nameId(2), scope: "thread", args: '{"a": 1.50}' },
    { at: ns(5_001), name: nameId(2), scope: "process" },
  ]);
  writer.addCounters([
    { at: ns(3), process: "7", name: nameId(0), series: "free", value: 0.1 },
    { at: ns(3), process: "7", name: nameId(0), series: "used", value: -3e300 },
    { at: ns(3), process: "7", name: nameId(0), series: "free", value: 2 },
    { at: ns(3), process: "p0", name: nameId(0), series: "free", value: 2 },
  ]);
  writer.addFlows([
    { at: ns(1), lane: laneId(0), name: nameId(4), flow: "cat:0x12", step: "start", binding: "enclosing" },
    { at: ns(2), lane: laneId(1), name: nameId(4), flow: "cat:0x12", step: "step", binding: "enclosing" },
    { at: ns(2), lane: laneId(1), name: nameId(4), flow: "cat:0x12", step: "end", binding: "next" },
  ]);
  writer.finish();
}

const exportText = (file: string): Promise<string> =>
  withRun(file, async (reader) => {
    const output = collectOutput();
    await exportChromeTrace(reader, { output });
    return output.text();
  });

describe("Chrome trace JSON", () => {
  test("holds the whole run: what is read back from it is the same model, and exports to the same bytes", async () => {
    const folder = createFolder();
    const original = path.join(folder, "a.pipewave");
    const restored = path.join(folder, "b.pipewave");
    writeFullRun(original);
    const text = await exportText(original);
    restoreRun(text, restored);
    const model = (await readModel(original, { depth: false })) as { run: object };
    const { extent: _, ...run } = RUN;
    expect(await readModel(restored, { depth: false })).toMatchObject({ ...model, run });
    expect(await exportText(restored)).toBe(text);
  });

  test("is one valid document, of a run without anything as well", async () => {
    const file = path.join(createFolder(), "empty.pipewave");
    const writer = createRun(file);
    writer.setRun({ name: "nothing", kind: "captured", sources: [], createdAtEpochMs: 0 });
    writer.finish();
    expect(JSON.parse(await exportText(file))).toMatchObject({ pipewave: { lanes: [] }, traceEvents: [] });
  });

  test("is written chunk by chunk: many spans come in many pieces", async () => {
    const file = path.join(createFolder(), "a.pipewave");
    writeFullRun(file, { count: 70_000 });
    const sizes: number[] = [];
    const steps: (number | undefined)[] = [];
    await withRun(file, (reader) =>
      exportChromeTrace(reader, {
        output: { ...collectOutput(), write: (piece) => Promise.resolve(void sizes.push(piece.length)) },
        onProgress: ({ share }) => steps.push(share),
      }),
    );
    expect(Math.max(...sizes)).toBeLessThan(3_000_000);
    expect(steps.at(-1)).toBe(1);
  });

  test("stops when it is cancelled", async () => {
    const file = path.join(createFolder(), "a.pipewave");
    writeFullRun(file);
    const reason = new Error("enough");
    const cancelled = withRun(file, (reader) =>
      exportChromeTrace(reader, { output: collectOutput(), signal: AbortSignal.abort(reason) }),
    );
    await expect(cancelled).rejects.toBe(reason);
  });
});

/** Fields of RFC 4180 text, written apart from the writer: a state machine over characters. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const row = rows[rows.length - 1];
    const character = text[i];
    if (character === '"' && quoted && text[i + 1] === '"') row[row.length - 1] += text[++i];
    else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) row.push("");
    else if (character === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += character;
  }
  return rows.slice(0, -1);
}

describe("CSV", () => {
  test("has one row a span with its names, quoted where needed", async () => {
    const file = path.join(createFolder(), "a.pipewave");
    writeFullRun(file);
    await withRun(file, async (reader) => {
      const output = collectOutput();
      await exportCsv(reader, { output });
      const [titles, ...rows] = parseCsv(output.text());
      const spans = reader.readAllSpans();
      expect(rows).toHaveLength(reader.spanCount);
      expect(rows.every((row) => row.length === titles.length)).toBe(true);
      rows.forEach((row, i) => {
        const cells = Object.fromEntries(titles.map((title, k) => [title, row[k]]));
        expect(cells).toMatchObject({
          span: `${i}`,
          start_ns: `${spans.start[i]}`,
          duration_ns: `${spans.duration[i]}`,
          name: reader.names[spans.name[i]].text,
          stage: spans.stage[i] < 0 ? "" : `${spans.stage[i]}`,
          args: reader.readArgs(i as never) ?? "",
        });
      });
    });
  });
});

describe("SQLite", () => {
  test("has plain rows that another client reads", async () => {
    const folder = createFolder();
    const file = path.join(folder, "a.pipewave");
    const target = path.join(folder, "rows.sqlite");
    writeFullRun(file);
    await withRun(file, (reader) => exportSqlite(reader, { file: target }));
    const rows = new Sqlite(target, { readonly: true });
    const spans = await withRun(file, (reader) => reader.readAllSpans());
    expect(rows.prepare("select id, start_ns, lane from span order by id").raw().all()).toEqual(
      Array.from({ length: spans.length }, (_, i) => [i, spans.start[i], spans.lane[i]]),
    );
    expect(rows.prepare("select count(*) from span where pass is null").pluck().get()).toBe(
      spans.pass.filter((pass) => pass === 0).length,
    );
    expect(rows.prepare("select origin_epoch_ns from run").pluck().get()).toBe("1700000000123456789");
    expect(rows.prepare("select series, value from counter").raw().all()).toHaveLength(4);
    expect(rows.prepare("select count(*) from flow").pluck().get()).toBe(3);
    expect(rows.prepare("select count(*) from instant where lane is null").pluck().get()).toBe(2);
    rows.close();
    expect(readdirSync(folder).sort()).toEqual(["a.pipewave", "rows.sqlite"]);
  });

  test("that is cancelled leaves nothing behind", async () => {
    const folder = createFolder();
    const file = path.join(folder, "a.pipewave");
    writeFullRun(file);
    const reason = new Error("enough");
    const cancelled = withRun(file, (reader) =>
      exportSqlite(reader, { file: path.join(folder, "rows.sqlite"), signal: AbortSignal.abort(reason) }),
    );
    await expect(cancelled).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual(["a.pipewave"]);
  });
});

describe("an output file", () => {
  test("appears only when it is finished, and not at all when it is given up", async () => {
    const folder = createFolder();
    const file = path.join(folder, "out.json");
    const output = createOutputFile(file);
    await output.write("ab");
    expect(existsSync(file)).toBe(false);
    await output.write("c");
    await output.finish();
    expect(readFileSync(file, "utf8")).toBe("abc");
    const other = createOutputFile(path.join(folder, "other.json"));
    await other.write("x".repeat(1_000_000));
    await other.abort();
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  test("is compressed when its name ends in .gz, to the same bytes each time", async () => {
    const folder = createFolder();
    const written = [];
    for (const name of ["a.json.gz", "b.json.gz"]) {
      const output = createOutputFile(path.join(folder, name));
      await output.write("text ".repeat(100_000));
      await output.finish();
      written.push(readFileSync(path.join(folder, name)));
    }
    expect(gunzipSync(written[0]).toString()).toBe("text ".repeat(100_000));
    expect(written[0].equals(written[1])).toBe(true);
  });

  test("never replaces a file unless told to", async () => {
    const file = path.join(createFolder(), "out.csv");
    writeFileSync(file, "mine");
    expect(() => createOutputFile(file)).toThrow(AppError);
    const output = createOutputFile(file, { replace: true });
    await output.write("new");
    await output.finish();
    expect(readFileSync(file, "utf8")).toBe("new");
  });

  test("in a folder that is not there fails with a sentence", async () => {
    const output = createOutputFile(path.join(createFolder(), "missing", "out.csv"));
    const failed = output.write("x").then(() => output.finish());
    await expect(failed).rejects.toMatchObject({ fields: { code: "write-failed" } });
  });
});
