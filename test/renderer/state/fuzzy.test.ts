/** Finding an action by a few letters. */
import { expect, test } from "vitest";

import { fuzzyFilter, fuzzyMatch } from "../../../renderer/state/fuzzy.ts";

const filter = (items: readonly string[], query: string) =>
  fuzzyFilter(items, { query, textOf: (item) => item }).map(({ item }) => item);

test("every letter must come, in order, in either case", () => {
  expect(fuzzyMatch("Zoom in", "zi")?.at).toEqual([0, 5]);
  expect(fuzzyMatch("Zoom in", "ZOOM IN")?.at).toEqual([0, 1, 2, 3, 5, 6]);
  expect(fuzzyMatch("Zoom in", "iz")).toBeUndefined();
  expect(fuzzyMatch("Zoom in", "zoomx")).toBeUndefined();
});

test("an empty query leaves the list as it is", () => {
  expect(filter(["b", "a"], "")).toEqual(["b", "a"]);
  expect(filter(["b", "a"], "  ")).toEqual(["b", "a"]);
});

test("beginnings of words go before letters inside them", () => {
  expect(filter(["Uniform", "Fit everything", "Shift the lot"], "f")[0]).toBe("Fit everything");
  expect(filter(["Causes of bubbles", "Critical path", "Copy the selection"], "cp")[0]).toBe("Critical path");
});

test("letters that stand together go before letters that are spread", () => {
  expect(filter(["rxuxlxexr", "a-xruler"], "ruler")[0]).toBe("a-xruler");
});

test("a long text of equal letters ends", () => {
  expect(fuzzyMatch("a".repeat(200), "a".repeat(40))?.at.slice(0, 2)).toEqual([0, 1]);
});
