/** Every figure of the inspector has its definition. */
import { expect, test } from "vitest";

import { explainInterval } from "../../../renderer/views/inspector/definitions.ts";

const usual = { ruleNs: 100, meanNs: 100, boundNs: 100, stagesOnRank: 1, passes: 1 };

test("an interval within five per cent of the rule needs no reason", () => {
  expect(explainInterval({ ...usual, meanNs: 104 })).toBe("The rank keeps to the MAX rule within 5 %.");
});

test("a rank that runs several stages in turn is named as the reason", () => {
  expect(explainInterval({ ...usual, meanNs: 160, boundNs: 155, stagesOnRank: 4 })).toContain("runs 4 stages in turn");
});

test("an interval above its bound is waiting", () => {
  const text = explainInterval({ ...usual, meanNs: 160, boundNs: 100 });
  expect(text).toContain("the rank also waits");
  expect(text).not.toContain("in turn");
});

test("a run that trains alternates between passes", () => {
  expect(explainInterval({ ...usual, meanNs: 300, boundNs: 300, passes: 2 })).toContain("other passes take their turn");
});

test("a bound above the rule, with one stage and one pass, means that phases do not overlap", () => {
  const text = explainInterval({ ...usual, meanNs: 200, boundNs: 200 });
  expect(text).toBe("Differs because its phases do not overlap.");
});

test("waiting comes with the shares of what the rank waits for, a shared device with its name", () => {
  const waits = { starvedShare: 0.214, blockedShare: 0.096, transferShare: 0.001 };
  expect(explainInterval({ ...usual, meanNs: 160, boundNs: 100, ...waits })).toContain(
    "the rank also waits (starved 21.4 %, blocked by its successor 9.6 % of the window)",
  );
  const shared = explainInterval({ ...usual, meanNs: 200, boundNs: 200, sharesDevice: true });
  expect(shared).toContain("shares its device with others");
  expect(shared).not.toContain("do not overlap");
});
