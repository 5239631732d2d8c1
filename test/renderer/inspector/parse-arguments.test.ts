/** Arguments of a span as the inspector lists them. */
import { expect, test } from "vitest";

import { parseArguments } from "../../../renderer/views/inspector/parse-arguments.ts";

test("plain values and short lists are lines, the rest is indented JSON", () => {
  const { facts, rest } = parseArguments(
    '{"microbatch":3,"ok":true,"shape":[1,2],"group":{"ranks":[0,1,2,3,4,5,6,7,8,9,10,11]}}',
  );
  expect(facts).toEqual([
    { name: "microbatch", value: "3" },
    { name: "ok", value: "true" },
    { name: "shape", value: "[1,2]" },
  ]);
  expect(JSON.parse(rest)).toEqual({ group: { ranks: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] } });
  expect(rest).toContain("\n");
});

test("an empty text is seen, and null is a value", () => {
  expect(parseArguments('{"a":"","b":null}').facts).toEqual([
    { name: "a", value: '""' },
    { name: "b", value: "null" },
  ]);
});

test.each(["[1,2]", "plain words", '{"cut":', '"text"', "null"])(
  "%s, which is no object, is shown as it is",
  (text) => {
    expect(parseArguments(text)).toEqual({ facts: [], rest: text });
  },
);

test("a line that is too long for the pane goes to the rest", () => {
  const { facts, rest } = parseArguments(JSON.stringify({ name: "x".repeat(200) }));
  expect(facts).toEqual([]);
  expect(rest).toContain("x".repeat(200));
});
