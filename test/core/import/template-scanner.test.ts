/** The fast way of reading an event gives exactly what the general way gives, whatever events come before. */
import { expect, test } from "vitest";

import { EventScanner } from "../../../main/core/import/chrome-trace/event-scanner.ts";
import { InternedTexts } from "../../../main/core/import/interned-texts.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

const KEYS = ["stage", "batch", "phase", "op", "iteration"];
const encoder = new TextEncoder();

function createScanner(texts: InternedTexts): EventScanner {
  return new EventScanner({ texts, argKeys: KEYS, ownKeys: new Set(["stage", "batch", "phase", "op"]) });
}

/** `s` of instants and `bp` of flows are fields: whether they are listed as extra keys, too, does not matter. */
function isKnown(type: number, extra: string): boolean {
  const letter = String.fromCharCode(type);
  return (letter === "i" && extra.startsWith("2:")) || ("stf".includes(letter) && extra.startsWith("3:"));
}

/** Everything that a scanner says of an event, as text. */
function describe({ fields }: EventScanner, texts: InternedTexts, bytes: Uint8Array): string {
  const text = (id: number) => (id < 0 ? "-" : JSON.stringify(texts.text(id)));
  const range = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const extras = Array.from({ length: fields.extraCount }, (_, index) => {
    const [kind, from, to] = fields.extras.subarray(index * 3, index * 3 + 3);
    return `${kind}:${range(from, to)}`;
  }).filter((extra) => !isKnown(fields.type, extra));
  const slots = KEYS.map((key, slot) => {
    const kind = fields.slots.kind[slot];
    const value = fields.slots.value[slot];
    return `${key} ${kind} ${kind === 1 ? value : kind === 2 ? text(value) : ""}`;
  });
  return JSON.stringify({
    type: fields.type,
    texts: [fields.name, fields.category, fields.process, fields.thread, fields.id].map(text),
    marks: [fields.scope, fields.binding, fields.startKind, fields.durationKind, fields.onlyOwnArgs],
    start: fields.startKind === 1 ? Array.from(fields.times.subarray(0, 2)) : [],
    duration: fields.durationKind === 1 ? Array.from(fields.times.subarray(2, 4)) : [],
    args: range(fields.argsFrom, fields.argsTo),
    lenient: fields.lexed.lenient,
    extras,
    slots,
  });
}

const NAMES = [
  "a",
  "conv 3",
  "",
  "four",
  "12345678",
  String.raw`\u0041b`,
  String.raw`quote \" inside`,
  "é",
  "日本語の名前",
  "x".repeat(70),
];
const NUMBERS = [
  "0",
  "7",
  "-3",
  "1.5",
  "0.001",
  "-12.75",
  "1e3",
  "123456789012345",
  "1234567890123456",
  "1695835542514261.125",
  "NaN",
  '"5"',
  "null",
];
const VALUES = [
  "1",
  "-2.5",
  "1e2",
  '"text"',
  '"compute"',
  "null",
  "true",
  "[1,[2]]",
  '{"a":"}"}',
  "NaN",
  "[1,]",
  '"\\\\"',
];

/** A few shapes, so that templates are learned and met again, with values that fit them or do not. */
function writeEvent(random: Random, shape: number): string {
  const shapeRandom = createRandom(shape);
  const type = shapeRandom.pick(["X", "X", "X", "B", "E", "i", "s", "f", "M"]);
  const space = shapeRandom.pick(["", "", " ", "\n\t"]);
  const name = () => `"${random.pick(NAMES)}"`;
  const number = () => (random.below(4) === 0 ? random.pick(NUMBERS) : String(random.below(100_000) / 1000));
  const pairs: [string, string][] = [
    ["ph", `"${type}"`],
    ["name", name()],
    ["ts", number()],
    ["pid", random.pick(["0", "12", "123456", '"Spans"', "-1", "7.0"])],
    ["tid", shapeRandom.below(2) === 0 ? String(random.below(30)) : name()],
  ];
  if (type === "X") pairs.push(["dur", number()]);
  if (shapeRandom.below(2) === 0) pairs.push(["cat", name()]);
  if (type === "s" || type === "f" || shapeRandom.below(6) === 0) {
    pairs.push(["id", random.pick(["5", '"0x5"', "77.0", '{"local":1}'])]);
  }
  if (type === "i" || shapeRandom.below(8) === 0) pairs.push(["s", '"g"']);
  if (type === "f" || shapeRandom.below(8) === 0) pairs.push(["bp", '"e"']);
  if (shapeRandom.below(3) === 0) pairs.push(["cname", random.pick(VALUES)]);
  const keys = ["stage", "batch", "phase", "op", "iteration", "other", "é"].filter(() => shapeRandom.below(2) === 0);
  const args = keys.map(
    (key) =>
      `"${key}":${space}${shapeRandom.below(3) === 0 ? random.pick(VALUES) : random.below(3) === 0 ? name() : number()}`,
  );
  if (shapeRandom.below(4) > 0) {
    pairs.push(["args", shapeRandom.below(9) === 0 ? random.pick(VALUES) : `{${args.join(`,${space}`)}}`]);
  }
  pairs.sort(() => shapeRandom.below(3) - 1);
  if (shapeRandom.below(20) === 0) pairs.push(pairs[shapeRandom.below(pairs.length)]);
  return `{${space}${pairs.map(([key, value]) => `"${key}":${space}${value}`).join(`,${space}`)}}`;
}

/** Events of one pipeline: what belongs to a stage repeats, times and batches change, now and then something is odd. */
function writeRegular(random: Random): string {
  const stage = random.below(28);
  const phase = random.below(3);
  const odd = random.below(40);
  const name = odd === 0 ? random.pick(NAMES) : `${stage} conv`;
  const thread = odd === 1 ? random.below(1000) : phase;
  const op = odd === 2 ? random.pick(NAMES) : "conv";
  const batch = odd === 3 ? random.pick(["-1", "1.5", "1e2", "12345678901"]) : random.below(5000);
  const phaseText = odd === 4 ? "inn" : ["in", "compute", "out"][phase];
  const other = odd === 5 ? `,"extra":${random.pick(VALUES)}` : "";
  const times = `"ts":${random.below(1e9) / 1000},"dur":${odd === 6 ? random.pick(NUMBERS) : random.below(1e6) / 1000}`;
  return `{"name":"${name}","ph":"X",${times},"pid":${stage},"tid":${thread},"args":{"stage":${odd === 7 ? stage * 10 : stage},"batch":${batch},"phase":"${phaseText}","op":"${op}"${other}}}`;
}

test.each(Array.from({ length: 6 }, (_, seed) => seed))("they agree on a regular trace, seed %i", (seed) => {
  const random = createRandom(seed);
  expectAgreement(random, { events: 6000, write: () => writeRegular(random) });
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))("they agree on events of any shape, seed %i", (seed) => {
  const random = createRandom(seed);
  const shapes = 1 + (seed % 12);
  expectAgreement(random, { events: 1500, write: () => writeEvent(random, seed * 100 + random.below(shapes)) });
});

function expectAgreement(random: Random, { events, write }: { events: number; write: () => string }): void {
  const texts = new InternedTexts();
  const fast = createScanner(texts);
  const general = createScanner(texts);
  for (let index = 0; index < events; index++) {
    const event = write();
    const bytes = encoder.encode(`${event},\0\0\0\0\0\0\0\0`);
    const end = bytes.length - 8;
    const after = fast.scan(bytes, 0, end);
    expect(after, event).toBe(general.scanGenerally(bytes, 0, end));
    expect(after, event).toBe(encoder.encode(event).length);
    expect(describe(fast, texts, bytes), event).toBe(describe(general, texts, bytes));
    // Cut anywhere, it asks for more.
    if (index % 5 > 0) continue;
    const cut = 1 + random.below(after - 1);
    bytes.fill(0, cut);
    expect(fast.scan(bytes, 0, cut), `${event} cut at ${cut}`).toBe(-1);
  }
}
