/** How rules are applied: order, categories, conditions, what slots hold, and that memory of names changes nothing. */
import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";

import { createRecogniser } from "../../../../main/core/import/recognise/recogniser.ts";
import type { Rule } from "../../../../main/core/import/recognise/rule.ts";
import { createRecognition, describeActions } from "./read-trace.ts";

const rule = (fields: Partial<Rule> & Pick<Rule, "name">): Rule => ({
  source: "test",
  actions: [{ fields: {} }],
  ...fields,
});

describe("the first rule that fits wins", () => {
  test("own arguments win over a name that another tool writes", () => {
    const args = { stage: 5, batch: 1, phase: "out" };
    expect(describeActions({ name: "forward-compute", args })).toMatchObject([
      { rule: "pipewave", stage: 5, phase: "out" },
    ]);
  });

  test("a rule whose condition fails makes room for the next", () => {
    const args = { stage: 5, batch: 1, phase: "elsewhere" };
    expect(describeActions({ name: "x", args })).toMatchObject([{ rule: "arguments", stage: 5, phase: "compute" }]);
  });

  test("order decides between two patterns that both fit", () => {
    const short = rule({ name: "short", pattern: "^F" });
    const long = rule({ name: "long", pattern: "^F1$" });
    expect(describeActions({ name: "F1" }, [short, long])).toMatchObject([{ rule: "short" }]);
    expect(describeActions({ name: "F1" }, [long, short])).toMatchObject([{ rule: "long" }]);
  });
});

describe("a category", () => {
  const rules = [rule({ name: "annotated", pattern: "^F$", category: "^user_annotation$" })];

  test("is asked for each name and category apart", () => {
    const { recognise } = createRecognition(rules);
    const found = ["user_annotation", "kernel", undefined, "user_annotation"].map(
      (category) => recognise({ name: "F", ...(category === undefined ? {} : { category }) }).length,
    );
    expect(found).toEqual([1, 0, 0, 1]);
  });

  test("counts for rules without a pattern too", () => {
    const anyName = [
      rule({ name: "any", category: "^a$", when: [{ arg: "n" }], actions: [{ fields: { batch: { arg: "n" } } }] }),
    ];
    expect(describeActions({ name: "x", category: "a", args: { n: 2 } }, anyName)).toMatchObject([{ batch: 2 }]);
    expect(describeActions({ name: "x", category: "b", args: { n: 2 } }, anyName)).toEqual([]);
  });
});

describe("fields", () => {
  const fields = (given: Rule["actions"][number]["fields"], name: string, args = {}) =>
    describeActions({ name, args }, [
      rule({ name: "r", pattern: "^(?<n>\\d*)(?<word>\\w*)$", actions: [{ fields: given }] }),
    ])[0];

  test("come from the first source that says something", () => {
    const given = { batch: [{ group: "n" }, { arg: ["a", "b"] }, 9] };
    expect(fields(given, "4", { a: 1 })).toMatchObject({ batch: 4 });
    expect(fields(given, "", { a: -1, b: 2 })).toMatchObject({ batch: 2 });
    expect(fields(given, "", { a: null })).toMatchObject({ batch: 9 });
  });

  test("take an argument before a group where the rule says so", () => {
    expect(fields({ batch: [{ arg: "a" }, { group: "n" }] }, "4", { a: 1 })).toMatchObject({ batch: 1 });
    expect(fields({ batch: [{ arg: "a" }, { group: "n" }] }, "4")).toMatchObject({ batch: 4 });
  });

  test("read integers written as text and nothing that is no integer from 0", () => {
    const batchOf = (a: unknown) => fields({ batch: { arg: "a" } }, "x", { a })?.["batch"];
    expect(["12", 0, 3, -1, 1.5, "x", "", null, true, 2 ** 31, "99999999999"].map(batchOf)).toEqual([
      12,
      0,
      3,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("translate words, and leave unknown words unsaid", () => {
    const given = { pass: { group: "word", words: { up: "forward", down: "backward" } } };
    expect(fields(given, "down")).toMatchObject({ pass: "backward" });
    expect(fields(given, "sideways")).toMatchObject({ pass: "forward" });
  });

  test("do not leak from one event into the next", () => {
    const { recognise } = createRecognition();
    recognise({ name: "x", args: { stage: 1, batch: 1, phase: "in", iteration: 5, op: "conv" } });
    expect(recognise({ name: "x", args: { stage: 2, batch: 1, phase: "in" } })).toMatchObject([
      { stage: 2, iteration: -1, op: -1 },
    ]);
  });
});

describe("names", () => {
  test("beyond 2,000 characters fit no pattern, and arguments still count", () => {
    const name = "F".repeat(2_001);
    const rules = [rule({ name: "long", pattern: "^F+$" }), rule({ name: "any", when: [{ arg: "n" }] })];
    expect(describeActions({ name: name.slice(1) }, rules)).toMatchObject([{ rule: "long" }]);
    expect(describeActions({ name, args: { n: 1 } }, rules)).toMatchObject([{ rule: "any" }]);
  });

  test("that refer back to a group are matched too", () => {
    const rules = [
      rule({ name: "twice", pattern: "^(?<n>\\d)-\\k<n>$" }),
      rule({ name: "other", pattern: "^(\\d)=\\1$" }),
    ];
    expect(describeActions({ name: "3-3" }, rules)).toMatchObject([{ rule: "twice" }]);
    expect(describeActions({ name: "3=3" }, rules)).toMatchObject([{ rule: "other" }]);
    expect(describeActions({ name: "3-4" }, rules)).toEqual([]);
  });
});

test("rules that read more than 32 arguments are refused", () => {
  const when = Array.from({ length: 33 }, (_, index) => ({ arg: `a${index}` }));
  const create = () => createRecogniser({ rules: [rule({ name: "many", when })], texts: { text: () => "" } });
  expect(create).toThrow(AppError);
  expect(create).toThrow("33 different arguments");
});
