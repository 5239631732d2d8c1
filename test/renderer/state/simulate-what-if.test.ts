/** What would help a run, as the inspector asks: typed changes, answers of one scope, runs that are derived once. */
import { expect, test } from "vitest";

import { AppError } from "#common/errors.ts";
import { runId } from "#common/ids.ts";
import type { WhatIfAnswer } from "#common/simulation.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import { OwnChanges } from "../../../renderer/state/simulate-changes.svelte.ts";
import { WhatIf } from "../../../renderer/state/simulate-what-if.svelte.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const scope = { iteration: 1, replica: 0 };
const faster = { faster: [{ stage: 3, share: 0.2 }] };

const answer: WhatIfAnswer = {
  scope,
  change: "as recorded",
  recordedNs: 110,
  replayedNs: 100,
  makespanNs: 100,
  ranked: [{ change: "stage 3 20.0 % faster", changes: faster, makespanNs: 90, gain: 0.1 }],
};

async function open() {
  const host = createFakeHost();
  const shown: unknown[] = [];
  const places = {
    open: (run: unknown) => Promise.resolve(void shown.push(run)),
    compare: (runs: unknown) => Promise.resolve(void shown.push(runs)),
  };
  const { client } = host;
  const run = { client, detail: await client.readRun({ run: runId("wave") }) };
  host.answers.rankChanges = () => answer;
  host.answers.deriveRun = () => runId("derived");
  return { host, shown, run, whatIf: new WhatIf({ run, notices: new Notices(), places }) };
}

test("an answer is about its scope only", async () => {
  const { host, whatIf } = await open();
  await whatIf.ask({ scope });
  expect(host.calls.at(-1)).toEqual({ method: "rankChanges", args: { run: "wave", ...scope } });
  expect(whatIf.answerOf(scope)).toBe(answer);
  expect(whatIf.answerOf({ iteration: 2, replica: 0 })).toBeUndefined();
  expect(whatIf.asked).toBeUndefined();
  await whatIf.ask({ scope, changes: faster });
  expect(whatIf.asked).toEqual(faster);
});

test("a chosen change is derived once, and opens alone or beside the original", async () => {
  const { host, shown, whatIf } = await open();
  await whatIf.ask({ scope });
  await whatIf.open(faster);
  await whatIf.compare(faster);
  expect(shown).toEqual(["derived", { a: "wave", b: "derived" }]);
  expect(host.calls.filter(({ method }) => method === "deriveRun")).toEqual([
    { method: "deriveRun", args: { run: "wave", ...scope, changes: faster } },
  ]);
});

test("a change that the run does not allow says so, and the ranking stays", async () => {
  const { host, whatIf } = await open();
  await whatIf.ask({ scope });
  host.answers.rankChanges = () => {
    throw new AppError({ code: "invalid-argument", what: "a training run has no bounded channels" });
  };
  await whatIf.ask({ scope, changes: { bufferDepth: 4 } });
  expect(whatIf.failure?.what).toBe("a training run has no bounded channels");
  expect(whatIf.answerOf(scope)).toBe(answer);
});

test("changes of one's own are those that were typed", async () => {
  const { run } = await open();
  const own = new OwnChanges(() => run.detail);
  expect(own.changes).toBeUndefined();
  own.stage = "3";
  own.percent = "50";
  own.schedule = "zb-h1";
  own.batches = "16";
  own.bufferDepth = "4";
  own.partition = "0-3, 4-7";
  own.noStragglers = true;
  own.infiniteNetwork = true;
  expect(own.changes).toEqual({
    faster: [{ stage: 3, share: 0.5 }],
    schedule: "zb-h1",
    batches: 16,
    bufferDepth: 4,
    partition: [
      { first: 0, last: 3 },
      { first: 4, last: 7 },
    ],
    noStragglers: "mean",
    infiniteNetwork: true,
  });
  own.partition = "balanced";
  expect(own.changes).toMatchObject({ partition: "balanced" });
});

test("what is typed wrong says what it should be, and asks nothing", async () => {
  const { run } = await open();
  const own = new OwnChanges(() => run.detail);
  own.stage = "0";
  own.percent = "120";
  own.batches = "1.5";
  own.partition = "0-3,5-7";
  expect(own.problems).toEqual({
    percent: "A share above 0 up to 100",
    batches: "A whole number from 1",
    partition: "Ranges that cover 0-7 in order",
  });
  expect(own.changes).toBeUndefined();
});
