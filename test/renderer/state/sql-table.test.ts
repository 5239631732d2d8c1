/** The table of a SQL answer: its order, which cells lead to a span, and the table as text. */
import { expect, test } from "vitest";

import { csvText, tabbedText } from "../../../renderer/format/delimited.ts";
import { nextOrder, sortRows, spanColumns } from "../../../renderer/state/sql-table.ts";

test("numbers sort by value and go before texts; nothing comes last in either direction", () => {
  const rows = [["b"], [null], [10], [9], ["a"], [-1]];
  const sorted = (descending: boolean) => sortRows(rows, { column: 0, descending }).map(([cell]) => cell);
  expect(sorted(false)).toEqual([-1, 9, 10, "a", "b", null]);
  expect(sorted(true)).toEqual(["b", "a", 10, 9, -1, null]);
  expect(sortRows(rows, undefined)).toBe(rows);
});

test("rows with equal cells stay in their order", () => {
  const rows = [
    [1, "first"],
    [0, "x"],
    [1, "second"],
  ];
  expect(sortRows(rows, { column: 0, descending: true }).map(([, text]) => text)).toEqual(["first", "second", "x"]);
});

test("a heading sorts up, then down, then not at all", () => {
  const up = nextOrder(undefined, 2);
  const down = nextOrder(up, 2);
  expect([up, down, nextOrder(down, 2), nextOrder(up, 1)]).toEqual([
    { column: 2, descending: false },
    { column: 2, descending: true },
    undefined,
    { column: 1, descending: false },
  ]);
});

test("an id is a span's where only spans are read; a column called span always is", () => {
  const columns = ["ID", "name", "span"];
  expect([...spanColumns(columns, "select * FROM span where id > 3")]).toEqual([0, 2]);
  expect([...spanColumns(columns, "select * from span_in(0, 1)")]).toEqual([0, 2]);
  expect([...spanColumns(columns, "select * from stage")]).toEqual([2]);
  expect([...spanColumns(columns, "select * from span join name on name.id = span.name")]).toEqual([2]);
  expect([...spanColumns(columns, "select 1 as id")]).toEqual([2]);
});

test("CSV quotes what it must, and tabs never hold a tab or a line", () => {
  const rows = [
    ['say "hi", now', 1.5],
    ["two\nlines\tand a tab", null],
  ];
  expect(csvText(["a,b", "c"], rows)).toBe('"a,b",c\n"say ""hi"", now",1.5\n"two\nlines\tand a tab",\n');
  expect(tabbedText(["a", "b"], rows)).toBe('a\tb\nsay "hi", now\t1.5\ntwo lines and a tab\t');
});
