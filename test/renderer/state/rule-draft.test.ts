/** Rules in a form: what a form can show it gives back unchanged, what it cannot show it refuses. */
import { describe, expect, test } from "vitest";

import { parseRules } from "../../../main/core/import/recognise/load-rules.ts";
import { draftOf, ruleOf } from "../../../renderer/state/rule-draft.ts";
import { suggestRule } from "../../../renderer/state/rule-suggestion.ts";

describe("a form", () => {
  test.each([
    { name: "a", pattern: String.raw`^mb(?<batch>\d+)$`, fields: { phase: "compute" } },
    {
      name: "b",
      source: "ours",
      pattern: "^(?<dir>f|b)",
      category: "^mine$",
      fields: { pass: { group: "dir", words: { f: "forward", b: "backward" } } },
    },
    { name: "c", pattern: "^x", fields: { stage: { arg: ["stage", "layer"] }, batch: { arg: "mb" }, replica: 0 } },
  ])("gives the rule $name back as it was", (rule) => {
    const draft = draftOf(rule);
    expect(draft === undefined ? undefined : ruleOf(draft, rule)).toEqual(rule);
  });

  test("shows a group that gives its field by its name", () => {
    expect(draftOf({ name: "a", pattern: String.raw`(?<stage>\d)`, fields: {} })?.fields.stage).toEqual({
      kind: "group",
      text: "stage",
      words: "",
    });
  });

  test.each([
    { name: "a", pattern: "x", actions: [{ fields: { phase: "compute" } }] },
    { name: "b", pattern: "x", fields: { phase: [{ group: "a" }, "compute"] } },
    { name: "c", pattern: "x", fields: { seq: 3 } },
    { name: "d", pattern: "x", mark: true },
  ])("is not offered for rule $name, which says more", (rule) => {
    expect(draftOf(rule)).toBeUndefined();
  });

  test("without a pattern asks for the arguments it reads, as rules files must", () => {
    const before = { name: "args", pattern: "x", fields: { batch: { arg: "mb" }, stage: { arg: ["layer", "block"] } } };
    const draft = draftOf(before);
    const rule = draft === undefined ? {} : ruleOf({ ...draft, pattern: "" }, before);
    expect(rule).toMatchObject({ when: [{ arg: ["layer", "block"] }, { arg: ["mb"] }] });
    expect(() => parseRules(JSON.stringify({ rules: [rule] }), "rules")).not.toThrow();
  });
});

describe("a first draft for a name", () => {
  test.each([
    ["work/3/fwd@1", { batch: "3", pass: "fwd", stage: "1" }],
    ["stage2 microbatch 7 backward", { stage: "2", batch: "7", pass: "backward" }],
    ["iter12/layer3/mb4/FWD", { iteration: "12", stage: "3", batch: "4", pass: "FWD" }],
    ["p2p/send/F/7", { batch: "7" }],
    ["a+b (c) [d] 9", { batch: "9" }],
    ["no numbers at all", {}],
  ])("%s finds what the words before its numbers say", (name, groups) => {
    const rule = suggestRule(name, []);
    const match = new RegExp(String(rule["pattern"]), "u").exec(name);
    expect({ ...match?.groups }).toEqual(groups);
    expect(() => parseRules(JSON.stringify({ rules: [rule] }), "rules")).not.toThrow();
  });

  test("has a name of its own", () => {
    expect(suggestRule("x", ["my-rule", "my-rule-2"])["name"]).toBe("my-rule-3");
  });
});
