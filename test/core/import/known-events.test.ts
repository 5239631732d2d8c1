/**
 * Events whose like was met before are added without working anything out again. What comes out must be what the same events
 * give when each is worked out: those are the same trace written with other spaces in every event, which nothing is like.
 */
import { expect, test } from "vitest";

import { BUILT_IN_RULES } from "../../../main/core/import/recognise/rules.ts";
import { createRecogniser } from "../../../main/core/import/recognise/recogniser.ts";
import type { ArgSlots, Recognised } from "../../../main/core/import/recognise/contract.ts";
import { InternedTexts } from "../../../main/core/import/interned-texts.ts";
import { importContent } from "./import-text.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

const EVENTS = 6_000;

/** Keys and raw values of an event; mostly plain, with everything in between that a recorder may write for once. */
function createEvent(random: Random, index: number): [string, string][] {
  const seldom = (odd: readonly string[], usual: string) => (random.below(40) === 0 ? random.pick(odd) : usual);
  const stage = random.below(6);
  const phase = random.pick(["in", "compute", "out"]);
  const batch = seldom(["-1", "1.5", "1e1", '"7"', "null", "[1]", "3000000000"], String(random.below(50)));
  const dur = seldom(
    ["-1", "-0.5", "0", "1e2", "null", "99999999999"],
    `${random.below(90)}.${100 + random.below(900)}`,
  );
  const ts = seldom(
    ["-5", "1e3", '"x"', "99999999999999"],
    `${index * 10}.${String(random.below(1000)).padStart(3, "0")}`,
  );
  const extra = seldom([',"note":"kept"', ',"note":[1, 2]', ',"flops":1e9'], "");
  const args = seldom(
    ["{}", '{"other":1}'],
    `{"stage":${stage},"batch":${batch},"phase":"${phase}","op":"conv"${extra}}`,
  );
  const event: [string, string][] = [
    ["name", `"${stage} conv"`],
    ["cat", seldom(['"other"'], '"pipeline"')],
    ["ph", '"X"'],
    ["ts", ts],
    ["dur", dur],
    ["pid", String(stage)],
    ["tid", seldom(['"a"', "99"], String(random.below(3)))],
    ["args", args],
  ];
  return random.below(60) === 0 ? [...event, ["unknown", "1"]] : event;
}

function write(events: readonly [string, string][][], space: () => string): string {
  const texts = events.map(
    (event) => `{${space()}${event.map(([key, value]) => `${space()}"${key}":${value}${space()}`).join(",")}}`,
  );
  return `[${texts.join(",\n")}]`;
}

test.each([1, 2, 3])("known events give the model that unknown ones give (seed %i)", async (seed) => {
  const random = createRandom(seed);
  const events = Array.from({ length: EVENTS }, (_, index) => createEvent(random, index));
  const known = await importContent(write(events, () => ""));
  const unknown = await importContent(write(events, () => " ".repeat(random.below(6))));
  expect(known.dump).toBe(unknown.dump);
  const figures = ({ report }: typeof known) => ({
    events: report.events,
    recognisedBy: report.recognisedBy,
    repaired: report.repaired,
    skipped: report.skipped.map(({ reason, count }) => ({ reason, count })),
  });
  expect(figures(known)).toEqual(figures(unknown));
  expect(known.report.pipelineSpans).toBeGreaterThan(EVENTS / 2);
});

test("what is foreseen of a name is what is recognised, whatever numbers the free slots hold", () => {
  const texts = new InternedTexts();
  const recogniser = createRecogniser({ rules: BUILT_IN_RULES, texts });
  const slotOf = (key: string) => recogniser.argKeys.indexOf(key);
  const slots: ArgSlots = {
    kind: new Uint8Array(recogniser.argKeys.length),
    value: new Float64Array(recogniser.argKeys.length),
  };
  const isFree = new Uint8Array(recogniser.argKeys.length);
  const say = (key: string, kind: number, value: number) => {
    slots.kind[slotOf(key)] = kind;
    slots.value[slotOf(key)] = value;
  };
  say("stage", 1, 3);
  say("batch", 1, 5);
  say("phase", 2, texts.add("out"));
  isFree[slotOf("stage")] = isFree[slotOf("batch")] = 1;
  const foreseen = recogniser.foresee(texts.add("any"), texts.add("pipeline"), slots, isFree);
  expect(foreseen?.fields).toEqual(expect.arrayContaining(["stage", "batch"]));
  for (const [stage, batch] of [
    [0, 0],
    [7, 4_096],
  ]) {
    say("stage", 1, stage);
    say("batch", 1, batch);
    const said: Recognised[] = [];
    expect(recogniser.recognise(texts.add("any"), texts.add("pipeline"), slots, said)).toBe(1);
    expect({ ...foreseen?.said, stage, batch }).toEqual(said[0]);
  }
  // A text that varies cannot be foreseen.
  isFree[slotOf("phase")] = 1;
  expect(recogniser.foresee(texts.add("any"), texts.add("pipeline"), slots, isFree)).toBeUndefined();
});
