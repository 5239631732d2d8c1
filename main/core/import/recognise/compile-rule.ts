/**
 * Turns rules into what can be run fast. A name is matched once, when it is first seen: that gives, for each rule that fits,
 * the values which the name settles (`preset`) and the argument slots that are still to be read for each event (`reads`).
 * Nothing here looks at events.
 */
import { UNSAID } from "./contract.ts";
import type { Texts } from "./contract.ts";
import { argKeysOf, FIELDS, isWordField, sourcesOf, WORD_CODES } from "./rule.ts";
import type { Action, ArgSource, Condition, Field, FieldMap, FieldSource, Rule, Words } from "./rule.ts";

/** Names longer than this are matched by no pattern: they are no names, and a slow pattern must not meet them. */
const LONGEST_NAME = 2_000;

/** Most integers that a field takes; batch ids and steps lie far below. */
const LARGEST_NUMBER = 0x7fff_ffff;

/** Position of each field in a preset and in the recogniser's scratch values. */
const FIELD_INDEX = Object.fromEntries(FIELDS.map((field, index) => [field, index])) as Record<Field, number>;

/**
 * Reads of argument slots, one integer each, from the lowest bit: field (4 bits), slot (5 bits), whether the rule fails when
 * the field is unsaid after this read (1 bit), position in the recogniser's word tables + 1, or 0 for a number. They run in
 * order; a field that is known already is left alone.
 */
export type SlotReads = Int32Array;

export const READ_SLOT_SHIFT = 4;
export const READ_IS_NEEDED = 1 << 9;
export const READ_TABLE_SHIFT = 10;

/**
 * Conditions, a row of integers each: how many slots follow, the least number or the position of a word table, whether it is
 * a word table (1) or a number (0), then the slots, of which one must hold what the rule asks for.
 */
export type SlotConditions = Int32Array;

export interface CompiledAction {
  /** Values by field index that the name settles; UNSAID elsewhere. */
  readonly preset: Int32Array;
  readonly reads: SlotReads;
  /** Values that the name settles only where no slot did. */
  readonly fallback: Int32Array | undefined;
}

/** A rule as it applies to one name and category. */
export interface Candidate {
  readonly rule: number;
  /** A slot that must hold something, or NO_GATE: most events that do not fit are turned away here. */
  readonly gate: number;
  readonly conditions: SlotConditions;
  readonly actions: readonly CompiledAction[];
}

export const NO_GATE = -1;

/** Codes of words, remembered by the id of the interned text. */
export class WordTable {
  private readonly codes: ReadonlyMap<string, number>;
  private readonly texts: Texts;
  /** By text id; NOT_LOOKED_UP where the text was never asked for. Grows to the greatest id that was. */
  private known = new Int8Array(256).fill(NOT_LOOKED_UP);

  constructor(codes: ReadonlyMap<string, number>, texts: Texts) {
    this.codes = codes;
    this.texts = texts;
  }

  /** Code of the text, or UNSAID. */
  codeOf(id: number): number {
    const known = this.known;
    return id < known.length && known[id] !== NOT_LOOKED_UP ? known[id] : this.lookUp(id);
  }

  private lookUp(id: number): number {
    if (id >= this.known.length) {
      const grown = new Int8Array(Math.max(id + 1, this.known.length * 2)).fill(NOT_LOOKED_UP);
      grown.set(this.known);
      this.known = grown;
    }
    return (this.known[id] = this.codes.get(this.texts.text(id)) ?? UNSAID);
  }
}

/** Below every code and `UNSAID`. */
const NOT_LOOKED_UP = -2;

/** Where compiled rules find argument slots, and leave their word tables. */
export interface CompileContext {
  readonly texts: Texts;
  readonly argKeys: readonly string[];
  readonly tables: WordTable[];
}

export interface CompiledRule {
  /** Fits the name and the category? Then what the rule does with such events. */
  apply(name: string, category: string): Candidate | undefined;
}

/**
 * Compiles one rule; its word tables are added to the context.
 * @throws SyntaxError for a bad pattern: rules files are checked before (load-rules.ts)
 */
export function compileRule(rule: Rule, index: number, context: CompileContext): CompiledRule {
  const pattern = rule.pattern === undefined ? undefined : new RegExp(rule.pattern, "u");
  const category = rule.category === undefined ? undefined : new RegExp(rule.category, "u");
  const parts = rule.parts === undefined ? undefined : new RegExp(rule.parts.pattern, "gu");
  const isNeed = (condition: Condition) =>
    rule.actions.every(({ fields }) => fieldNeededBy(condition, fields) !== undefined);
  const conditions = Int32Array.from(
    (rule.when ?? [])
      .filter((condition) => !isNeed(condition))
      .flatMap((condition) => compileCondition(condition, context)),
  );
  const needs = (rule.when ?? []).filter(isNeed);
  const gateKeys = (rule.when ?? []).map(({ arg }) => argKeysOf(arg)).find(({ length }) => length === 1);
  const gate = gateKeys === undefined ? NO_GATE : context.argKeys.indexOf(gateKeys[0]);
  const makers = rule.actions.map((action) => actionMaker(action, needs, context));

  const actionsFor = (groups: Groups): CompiledAction[] =>
    makers.map((make) => make(groups)).filter((action) => action !== undefined);
  const ofAnyName: Candidate = { rule: index, gate, conditions, actions: actionsFor({}) };

  return {
    apply(name, categoryText) {
      if (category?.test(categoryText) === false) return undefined;
      if (pattern === undefined) return ofAnyName;
      if (name.length > LONGEST_NAME) return undefined;
      const match = pattern.exec(name);
      if (match === null) return undefined;
      const groups: Groups = match.groups ?? {};
      if (parts === undefined) return { rule: index, gate, conditions, actions: actionsFor(groups) };
      const list = rule.parts?.group === undefined ? name : (groups[rule.parts.group] ?? "");
      const actions = [...list.matchAll(parts)].flatMap((part) => actionsFor({ ...groups, ...part.groups }));
      return actions.length === 0 ? undefined : { rule: index, gate, conditions, actions };
    },
  };
}

type Groups = Readonly<Record<string, string | undefined>>;

function compileCondition(condition: Condition, context: CompileContext): number[] {
  const slots = argKeysOf(condition.arg).map((key) => context.argKeys.indexOf(key));
  if (condition.words === undefined) return [slots.length, condition.atLeast ?? 0, 0, ...slots];
  const table = addTable(new Map(condition.words.map((word) => [word, 1])), context);
  return [slots.length, table, 1, ...slots];
}

/**
 * A condition that one field's source repeats costs nothing of its own: reading the field settles it. The field must have
 * this one source, and understand exactly what the condition asks for.
 */
function fieldNeededBy({ arg, atLeast = 0, words }: Condition, fields: FieldMap): Field | undefined {
  return FIELDS.find((field) => {
    const [source, ...others] = sourcesOf(fields[field]);
    if (typeof source !== "object" || !("arg" in source) || others.length > 0) return false;
    if (argKeysOf(source.arg).join("\0") !== argKeysOf(arg).join("\0")) return false;
    if (!isWordField(field)) return words === undefined && atLeast === 0;
    const understood = [...wordCodes(field, source.words).keys()];
    return words?.length === understood.length && words.every((word) => understood.includes(word));
  });
}

function addTable(codes: ReadonlyMap<string, number>, { tables, texts }: CompileContext): number {
  return tables.push(new WordTable(codes, texts)) - 1;
}

/** Everything of an action that does not depend on the name is made once. */
function actionMaker(
  action: Action,
  needs: readonly Condition[],
  context: CompileContext,
): (groups: Groups) => CompiledAction | undefined {
  const needed = new Set(needs.map((condition) => fieldNeededBy(condition, action.fields)));
  // What the rule needs is read first: most events that do not fit fail at once.
  const fields = FIELDS.toSorted((a, b) => Number(needed.has(b)) - Number(needed.has(a))).flatMap((field) => {
    const sources = sourcesOf(action.fields[field]).map((source) =>
      compileSource(field, source, { isNeeded: needed.has(field), context }),
    );
    return sources.length === 0 ? [] : [{ index: FIELD_INDEX[field], sources }];
  });
  return (groups) => {
    if (action.ifGroup !== undefined && (groups[action.ifGroup] ?? "") === "") return undefined;
    const preset = new Int32Array(FIELDS.length).fill(UNSAID);
    const fallback = new Int32Array(FIELDS.length).fill(UNSAID);
    const reads: number[] = [];
    for (const { index, sources } of fields) {
      let settled = preset;
      for (const source of sources) {
        if ("reads" in source) {
          reads.push(...source.reads);
          settled = fallback;
          continue;
        }
        settled[index] = source.value(groups);
        if (settled[index] !== UNSAID) break;
      }
    }
    return {
      preset,
      reads: Int32Array.from(reads),
      fallback: fallback.every((value) => value === UNSAID) ? undefined : fallback,
    };
  };
}

type CompiledSource = { readonly reads: readonly number[] } | { readonly value: (groups: Groups) => number };

function compileSource(
  field: Field,
  source: FieldSource,
  { isNeeded, context }: { isNeeded: boolean; context: CompileContext },
): CompiledSource {
  if (typeof source === "number") return { value: () => source };
  if (typeof source === "string") {
    const code = codeOfWord(field, source);
    return { value: () => code };
  }
  if ("group" in source) {
    const codes = isWordField(field) ? wordCodes(field, source.words) : undefined;
    return {
      value: (groups) => {
        const text = groups[source.group];
        if (text === undefined) return UNSAID;
        return codes === undefined ? parseNumber(text) : (codes.get(text) ?? UNSAID);
      },
    };
  }
  const reads = readsOf(field, source, context);
  if (isNeeded) reads[reads.length - 1] |= READ_IS_NEEDED;
  return { reads };
}

function readsOf(field: Field, source: ArgSource, context: CompileContext): number[] {
  const table = isWordField(field) ? addTable(wordCodes(field, source.words), context) + 1 : 0;
  return argKeysOf(source.arg).map(
    (key) => FIELD_INDEX[field] | (context.argKeys.indexOf(key) << READ_SLOT_SHIFT) | (table << READ_TABLE_SHIFT),
  );
}

/** Texts a source understands → codes. Without a list of words the words of the model stand for themselves. */
function wordCodes(field: "pass" | "phase" | "op", words: Words | undefined): ReadonlyMap<string, number> {
  if (words === undefined) return WORD_CODES[field];
  return new Map(Object.entries(words).map(([text, word]) => [text, codeOfWord(field, word)]));
}

function codeOfWord(field: Field, word: string): number {
  const code = isWordField(field) ? WORD_CODES[field].get(word) : undefined;
  if (code === undefined) throw new RangeError(`${word} is no word of the field ${field}`);
  return code;
}

/** Non-negative integer in the text, or UNSAID. */
export function parseNumber(text: string): number {
  if (!/^\d{1,10}$/u.test(text)) return UNSAID;
  const value = Number(text);
  return value <= LARGEST_NUMBER ? value : UNSAID;
}
