/** Rules files: what a good one does, and that a bad one says which rule and field is wrong. */
import path from "node:path";

import { describe, expect, test } from "vitest";

import { AppError } from "#common/errors.ts";

import { findPatternFault } from "../../../../main/core/import/recognise/check-pattern.ts";
import { loadRules, parseRules } from "../../../../main/core/import/recognise/load-rules.ts";
import { BUILT_IN_RULES } from "../../../../main/core/import/recognise/rules.ts";
import { describeActions } from "./read-trace.ts";

const example = path.join(import.meta.dirname, "../../../fixtures/rules/my-trainer.json");

describe("a rules file", () => {
  test("comes before the built-in rules", async () => {
    const rules = await loadRules(example);
    expect(rules.map(({ name }) => name)).toEqual([
      "my-trainer",
      "my-trainer-exchange",
      ...BUILT_IN_RULES.map(({ name }) => name),
    ]);
  });

  test("recognises what it describes", async () => {
    const rules = await loadRules(example);
    const category = "user_annotation";
    expect(describeActions({ name: "mb3/bwd", category, args: { block: 2 } }, rules)).toEqual([
      { rule: "my-trainer", batch: 3, stage: 2, pass: "backward", phase: "compute" },
    ]);
    expect(describeActions({ name: "mb3/bwd", category }, rules)).toEqual([]);
    expect(describeActions({ name: "mb3/bwd", args: { block: 2 } }, rules)).toEqual([]);
    expect(describeActions({ name: "exchange 3 and 4" }, rules)).toEqual([
      { rule: "my-trainer-exchange", batch: 3, pass: "forward", phase: "out" },
      { rule: "my-trainer-exchange", batch: 4, pass: "forward", phase: "in" },
    ]);
    expect(describeActions({ name: "exchange 3" }, rules)).toHaveLength(1);
  });

  test("leaves the built-in rules as they are", async () => {
    expect(describeActions({ name: "PP:0F3" }, await loadRules(example))).toEqual(describeActions({ name: "PP:0F3" }));
  });

  test("may read a list inside a name", () => {
    const text = JSON.stringify({
      rules: [
        {
          name: "list",
          pattern: "^run (?<items>.+)$",
          parts: { group: "items", pattern: "s(?<stage>\\d+)b(?<batch>\\d+)" },
        },
      ],
    });
    expect(describeActions({ name: "run s0b1,s2b3" }, parseRules(text, "f"))).toMatchObject([
      { stage: 0, batch: 1 },
      { stage: 2, batch: 3 },
    ]);
  });
});

const good = { name: "r", pattern: "^F(?<batch>\\d+)$" };

describe("a bad rules file says", () => {
  test.each([
    ["that it is not JSON", "{", /rules\.json: this is not JSON/u],
    ["that it has no rules", { rules: [] }, /rules\.json: rules: /u],
    ["that a member is unknown", { rules: [{ ...good, patern: "x" }] }, /rule r.*patern/u],
    ["which rule is meant when it has no name", { rules: [good, { pattern: "x" }] }, /rule 2, name/u],
    ["that a name is no name", { rules: [{ ...good, name: "My Rule" }] }, /rule My Rule, name: must be kebab-case/u],
    ["that a name is taken", { rules: [{ ...good, name: "gpipe" }] }, /rule gpipe has the name of another rule/u],
    ["that a name occurs twice", { rules: [good, good] }, /rule r has the name of another rule/u],
    ["that a pattern is broken", { rules: [{ ...good, pattern: "(" }] }, /rule r, pattern: .*no regular expression/u],
    [
      "that a category is broken",
      { rules: [{ ...good, category: "[" }] },
      /rule r, category: .*no regular expression/u,
    ],
    [
      "that a pattern can take forever",
      { rules: [{ ...good, pattern: "^(\\w+\\s?)*$" }] },
      /rule r, pattern: .*forever/u,
    ],
    ["that a field is unknown", { rules: [{ ...good, fields: { layer: 3 } }] }, /rule r, fields.*layer/u],
    [
      "that a word is unknown",
      { rules: [{ ...good, fields: { pass: "up" } }] },
      /rule r, fields\.pass: "up" is no pass/u,
    ],
    [
      "that a translated word is unknown",
      { rules: [{ ...good, fields: { phase: { arg: "p", words: { a: "compute", b: "idle" } } } }] },
      /rule r, fields\.phase: "idle" is no phase/u,
    ],
    [
      "that a number is a word",
      { rules: [{ ...good, fields: { stage: "first" } }] },
      /rule r, fields\.stage: "first" is no number/u,
    ],
    ["that a number is negative", { rules: [{ ...good, fields: { stage: -1 } }] }, /rule r, fields\.stage/u],
    [
      "that a group is missing",
      { rules: [{ ...good, fields: { stage: { group: "stage" } } }] },
      /rule r reads the group stage, which its pattern does not have/u,
    ],
    [
      "that a rule fits everything",
      { rules: [{ name: "r", fields: { batch: 1 } }] },
      /rule r has neither pattern nor when/u,
    ],
    ["that a rule gives nothing", { rules: [{ name: "r", pattern: "x" }] }, /rule r gives no field/u],
    [
      "that fields and actions exclude each other",
      { rules: [{ ...good, fields: {}, actions: [{ fields: {} }] }] },
      /rule r has both fields and actions/u,
    ],
    [
      "that a rule yields to nobody",
      { rules: [{ ...good, yieldsTo: "nobody" }] },
      /rule r yields to nobody, which is no rule/u,
    ],
    [
      "that it reads too many arguments",
      { rules: [{ ...good, when: [{ arg: Array.from({ length: 20 }, (_, i) => `a${i}`) }] }] },
      /the rules read 20 arguments of their own, 12 are possible/u,
    ],
  ])("%s", (_, content, message) => {
    const parse = () => parseRules(typeof content === "string" ? content : JSON.stringify(content), "rules.json");
    expect(parse).toThrow(AppError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ code: "invalid-rules" }) as Error);
  });

  test("that there is no such file", async () => {
    await expect(loadRules("no-such-rules.json")).rejects.toMatchObject({ code: "file-not-found" });
  });

  test("that it is a folder", async () => {
    await expect(loadRules(import.meta.dirname)).rejects.toMatchObject({ code: "file-unreadable" });
  });
});

describe("a pattern is refused when it repeats a repetition", () => {
  test.each(["(a+)+", "(?:a*b)*", "((a|b+)c)+", "(?<n>\\d+){2,}", "(x(y+)?)*"])("%s", (pattern) => {
    expect(findPatternFault(pattern)).toMatch(/forever/u);
  });

  test.each(["(ab)+c*", "(?:F|B)+", "(a+){2}", "[(+*)]+x+", "\\(+\\)+", "(a{1,3})*", "^a+(b+)?$"])(
    "and not %s",
    (pattern) => {
      expect(findPatternFault(pattern)).toBeUndefined();
    },
  );
});
