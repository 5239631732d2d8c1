/** Tables of spans, as CSV and as NDJSON: columns by name, units by suffix, exact times, and rows that are no spans. */
import { describe, expect, test } from "vitest";

import { exactNs } from "../../../../main/core/import/span-table/exact-time.ts";
import { failImport, importContent } from "../import-text.ts";

const spansOf = (dump: string): string[] => dump.split("\n").filter((line) => line.startsWith("span"));

const CSV = `name,start_us,duration_us,rank,stage,batch,pass,phase,colour
block 0,0,120.5,0,0,0,forward,compute,red
send,120.5,8,0,0,0,forward,out,
block 1,130,100,1,1,0,forward,compute,"dark, ""blue"""
block 1,240,150,1,1,0,backward,compute,
`;

test("a table becomes a pipeline", async () => {
  const { report, dump, reader } = await importContent(CSV);
  expect(report).toMatchObject({ format: "span-csv", pipelineSpans: 4, skipped: [], violations: [] });
  expect(report.events).toMatchObject({ read: 4, spans: 4 });
  expect(reader.stages.map(({ rank }) => rank)).toEqual([0, 1]);
  expect(spansOf(dump).map((line) => line.replace(/ \{.*/u, ""))).toEqual([
    'span lane 0 0–120500 "block 0" → stage 0 batch 0 iteration 0 forward compute',
    'span lane 0 120500–128500 "send" → stage 0 batch 0 iteration 0 forward out',
    'span lane 1 130000–230000 "block 1" → stage 1 batch 0 iteration 0 forward compute',
    'span lane 1 240000–390000 "block 1" → stage 1 batch 0 iteration 0 backward compute',
  ]);
  expect(dump).toContain(String.raw`"colour":"dark, \"blue\""`);
});

test("the same rows as NDJSON are the same run", async () => {
  const [header, ...rows] = CSV.trim().split("\n");
  const keys = header.split(",");
  const lines = rows.map((row) => {
    const cells = row.match(/(?:"(?:[^"]|"")*"|[^,]*)(?:,|$)/gu)?.map((cell) => cell.replace(/,$/u, "")) ?? [];
    const entries = keys.flatMap((key, index) => {
      const text = (cells[index] ?? "").replaceAll(/^"|"$/gu, "").replaceAll('""', '"');
      return text === "" ? [] : [[key, /^[\d.]+$/u.test(text) ? Number(text) : text]];
    });
    return JSON.stringify(Object.fromEntries(entries));
  });
  const asLines = await importContent(`${lines.join("\n")}\n`);
  expect(asLines.report.format).toBe("span-ndjson");
  expect(asLines.dump).toBe((await importContent(CSV)).dump);
});

test.each([
  ["ns", "1500", "2500"],
  ["us", "1.5", "2.5"],
  ["ms", "0.0015", "0.0025"],
  ["s", "0.0000015", "2.5e-6"],
])("times in %s", async (unit, start, end) => {
  const { dump } = await importContent(`Name;Start ${unit.toUpperCase()};end-${unit};Thread\nx;${start};${end};7\n`);
  expect(spansOf(dump)).toEqual(['span lane 0 1500–2500 "x"']);
  expect(dump).toContain("lane 0 thread spans/7");
});

test("epoch times keep every ns, in µs with a point and in ns as JSON numbers", async () => {
  const csv = await importContent("name,start_us,end_us\na,1751410836123456.789,1751410836123457.001\n");
  expect(csv.dump).toContain("origin 1751410836123456789");
  expect(spansOf(csv.dump)).toEqual(['span lane 0 0–212 "a"']);
  const json = await importContent('{"name":"a","start_ns":1751410836123456789,"end_ns":1751410836123457001}\n');
  expect(json.dump).toBe(csv.dump);
});

describe("exact times", () => {
  test.each([
    ["1.5", 1, 2n],
    ["-1.5", 1000, -1500n],
    ["0.0004", 1000, 0n],
    ["0.0005", 1000, 1n],
    ["1e3", 1_000_000, 1_000_000_000n],
    ["123456789012345678901234", 1, 123456789012345678901234n],
  ])("%s × %i ns", (text, unit, ns) => {
    expect(exactNs(text, unit)).toBe(ns);
  });

  test.each(["", "NaN", "Infinity", "1,5", "0x10", "1e999", "1".repeat(26)])("%s is no time", (text) => {
    expect(exactNs(text, 1)).toBeUndefined();
  });
});

test("rows that are no spans are skipped, each with its reason and row", async () => {
  const { report } = await importContent("name,start_ns,end_ns\na,1,2\nb,x,2\nc,1\nd,5,2\n\ne,3,4\n");
  expect(report.events).toMatchObject({ read: 5, spans: 2 });
  expect(report.skipped).toEqual([
    { reason: "row without a start that is a number", count: 1, example: "row 3" },
    { reason: "row without an end or duration that is a number", count: 1, example: "row 4" },
    { reason: "row that ends before it starts", count: 1, example: "row 5" },
  ]);
  const json = await importContent('{"name":"a","start_ns":1,"end_ns":2}\n[1]\nnonsense\n{"name":"b"}\n');
  expect(json.report.skipped.map(({ reason, count }) => `${count} ${reason}`)).toEqual([
    "2 line that is no JSON object",
    "1 object without name, start_<unit> and end_<unit> or duration_<unit>",
  ]);
});

test("a quote that never ends is an error; what is before it comes with --keep-partial", async () => {
  const content = 'name,start_ns,end_ns\na,1,2\nb"c"d,3,4\n"never ends,5,6\n';
  const { error } = await failImport(content);
  expect(error).toMatchObject({ code: "malformed-trace" });
  expect(String(error)).toContain("--keep-partial");
  const { report } = await importContent(content, { keepPartial: true });
  expect(report.events.spans).toBe(1);
});

test("a table of headings alone holds no events", async () => {
  expect((await failImport("name,start_ns,end_ns\n")).error).toMatchObject({ code: "no-spans" });
});

test("keys that JavaScript knows are only names", async () => {
  const { dump } = await importContent(
    '{"name":"a","start_ns":1,"end_ns":2,"__proto__":{"stage":1},"constructor":3}\n',
  );
  expect(spansOf(dump)).toEqual(['span lane 0 1–2 "a" {"__proto__":{"stage":1},"constructor":3}']);
});

test("nesting without end costs its line and nothing else", async () => {
  const deep = `{"name":"deep","start_ns":1,"end_ns":2,"x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const { report } = await importContent(`{"name":"a","start_ns":1,"end_ns":2}\n${deep}\n`);
  expect(report.events.read).toBe(2);
  expect(report.violations).toEqual([]);
});
