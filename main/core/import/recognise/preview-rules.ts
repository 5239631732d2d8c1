/**
 * What rules make of a run that is imported already, on a sample of its spans: per rule how much it recognised and what it
 * says, and the names that none recognised. Nothing is numbered or written. Reads whole chunks from all over the run, so the
 * time it takes does not grow with the run.
 */
import { OPS, PASSES, PHASES } from "#common/model.ts";
import type { RuleExample, RuleFields, RulePreview, RuleResult, UnrecognisedName } from "#common/rules.ts";
import { AppError } from "#common/errors.ts";
import type { RunReader } from "../../../../db/index.ts";
import { InternedTexts } from "../interned-texts.ts";
import { PROJECTED_CATEGORY } from "../projection/project-ranges.ts";
import { PASS_RECOMPUTE, PASS_UNDECIDED, UNSAID } from "./contract.ts";
import type { Recognised } from "./contract.ts";
import { fillSlots } from "./fill-slots.ts";
import { parseRules } from "./load-rules.ts";
import { createRecogniser } from "./recogniser.ts";
import type { Rule } from "./rule.ts";
import { BUILT_IN_RULES } from "./rules.ts";
import { readArguments } from "./stored-arguments.ts";

/** Chunks that are looked at: 64 k spans each. */
const SAMPLED_CHUNKS = 4;
const EXAMPLES = 6;
const NAMES = 40;
/** Longest arguments that are sent as an example, in bytes. */
const LONGEST_ARGS = 2_000;

/** @param text of a rules file, or nothing for the built-in rules alone */
export function previewRules(reader: RunReader, text: string | undefined): RulePreview {
  const { own, problem } = readOwn(text);
  const rules = [...own, ...BUILT_IN_RULES];
  const texts = new InternedTexts();
  const recogniser = createRecogniser({ rules, texts });
  const slots = {
    kind: new Uint8Array(recogniser.argKeys.length),
    value: new Float64Array(recogniser.argKeys.length),
  };
  const said: Recognised[] = [];
  const names = reader.names.map(({ text: name, category }) => ({
    name: texts.add(name),
    category: category === undefined ? UNSAID : texts.add(category),
  }));
  const found = rules.map(() => new Map<number, Counted>());
  const missed = new Map<number, Missed>();
  const decoder = new TextDecoder();
  let sampled = 0;
  let recognised = 0;
  for (const { index } of sampleChunks(reader)) {
    const columns = reader.readChunk(index);
    const args = readArguments(reader, index, columns);
    for (let span = 0; span < columns.length; span++) {
      const name = columns.name[span];
      if (reader.names[name].category === PROJECTED_CATEGORY) continue;
      sampled++;
      fillSlots(slots, args.valuesOf(span), { argKeys: recogniser.argKeys, texts });
      const actions = recogniser.recognise(names[name].name, names[name].category, slots, said);
      if (actions === 0) {
        const known = missed.get(name);
        if (known !== undefined) known.count++;
        else {
          const shown = args.textOf(span);
          const isShort = shown.length > 0 && shown.length <= LONGEST_ARGS;
          missed.set(name, { count: 1, fields: [], ...(isShort ? { args: decoder.decode(shown) } : {}) });
        }
        continue;
      }
      recognised++;
      const ofRule = found[said[0].rule];
      const known = ofRule.get(name);
      if (known !== undefined) known.count++;
      else ofRule.set(name, { count: 1, fields: said.slice(0, actions).map(describeFields) });
    }
  }
  const named = (name: number) => {
    const { text: of, category } = reader.names[name];
    return { name: of, ...(category === undefined ? {} : { category }) };
  };
  return {
    sampled,
    spans: reader.spanCount,
    recognised,
    rules: rules.flatMap((rule, index): RuleResult[] => {
      const isOwn = index < own.length;
      const examples = mostFrequent(found[index], EXAMPLES).map(([name, { count, fields }]): RuleExample => ({
        ...named(name),
        count,
        fields,
      }));
      const spans = [...found[index].values()].reduce((sum, { count }) => sum + count, 0);
      if (!isOwn && spans === 0) return [];
      const { name, source } = rule;
      return [{ name, source, rule: { ...rule }, isOwn, spans, examples }];
    }),
    unrecognised: listShapes(reader, missed),
    ...(problem === undefined ? {} : { problem }),
  };
}

interface Missed extends Counted {
  readonly args?: string;
}

/** Names that differ in numbers only are one entry: what a person looks for is `mb_#/fwd`, not each of its batches. */
function listShapes({ names }: RunReader, missed: ReadonlyMap<number, Missed>): readonly UnrecognisedName[] {
  const shapes = Map.groupBy([...missed], ([name]) => `${names[name].category ?? ""}\0${shapeOf(names[name].text)}`);
  return [...shapes.values()]
    .map((of): UnrecognisedName => {
      const [[name, { args }]] = of;
      const { text, category } = names[name];
      return {
        name: text,
        shape: shapeOf(text),
        ...(category === undefined ? {} : { category }),
        count: of.reduce((sum, [, { count }]) => sum + count, 0),
        names: of.length,
        ...(args === undefined ? {} : { args }),
      };
    })
    .toSorted((a, b) => b.count - a.count || (a.shape < b.shape ? -1 : 1))
    .slice(0, NAMES);
}

/** A digit between letters is part of a word: `p2p`. */
const shapeOf = (name: string): string => name.replaceAll(/(?<![a-z\d])\d+|\d+(?![a-z\d])/gi, "#");

interface Counted {
  count: number;
  readonly fields: readonly RuleFields[];
}

function readOwn(text: string | undefined): { own: readonly Rule[]; problem?: string } {
  if (text === undefined) return { own: [] };
  try {
    return { own: parseRules(text, "rules") };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { own: [], problem: error.fields.what };
  }
}

function sampleChunks({ chunks }: RunReader) {
  if (chunks.length <= SAMPLED_CHUNKS) return chunks;
  const step = (chunks.length - 1) / (SAMPLED_CHUNKS - 1);
  return Array.from({ length: SAMPLED_CHUNKS }, (_, at) => chunks[Math.round(at * step)]);
}

function mostFrequent<Value extends Counted>(counts: ReadonlyMap<number, Value>, limit: number): [number, Value][] {
  return [...counts].toSorted(([a, x], [b, y]) => y.count - x.count || a - b).slice(0, limit);
}

function describeFields(said: Recognised): RuleFields {
  const numbers = ["stage", "chunk", "rank", "replica", "batch", "seq", "iteration"] as const;
  const fields: Record<string, number | string> = {};
  for (const field of numbers) if (said[field] !== UNSAID) fields[field] = said[field];
  if (said.pass > 0) fields["pass"] = PASS_WORDS[said.pass];
  if (said.phase > 0) fields["phase"] = PHASES[said.phase];
  if (said.op !== UNSAID) fields["op"] = OPS[said.op];
  return fields;
}

const PASS_WORDS: readonly string[] = Object.assign([...PASSES] as string[], {
  [PASS_UNDECIDED]: "backward or input-grad",
  [PASS_RECOMPUTE]: "recompute",
});
