/**
 * The hot path: from an event's name, category and argument slots to what its rule says of it.
 *
 * What a name settles is worked out once per (name, category) and remembered; an event costs a look-up and the reading of a
 * few slots, and makes no object. It knows one event at a time: ranks, order and everything else that needs the whole
 * trace belong to resolve.ts.
 */
import { PASS_FORWARD, PHASE_COMPUTE, phaseCode } from "#common/model.ts";
import { AppError } from "#common/errors.ts";

import { collectArgKeys, MOST_ARG_KEYS } from "./arg-keys.ts";
import {
  compileRule,
  NO_GATE,
  parseNumber,
  READ_IS_NEEDED,
  READ_SLOT_SHIFT,
  READ_TABLE_SHIFT,
} from "./compile-rule.ts";
import type { Candidate, CompiledAction, SlotConditions, WordTable } from "./compile-rule.ts";
import { NOTHING_SAID, SLOT_ABSENT, SLOT_NUMBER, SLOT_TEXT, UNSAID } from "./contract.ts";
import type { ArgSlots, ForeseenSaying, NumberField, Recognised, Recogniser, RuleTraits, Texts } from "./contract.ts";
import { FIELDS, isWordField } from "./rule.ts";
import type { LATE_PASSES, Rule } from "./rule.ts";

const LATE_BACKWARD: keyof typeof LATE_PASSES = "backward-or-input-grad";
const FIELD_COUNT = FIELDS.length;
// Constants, not look-ups in an object: these run ten times an event.
const AT_STAGE = FIELDS.indexOf("stage");
const AT_CHUNK = FIELDS.indexOf("chunk");
const AT_RANK = FIELDS.indexOf("rank");
const AT_REPLICA = FIELDS.indexOf("replica");
const AT_BATCH = FIELDS.indexOf("batch");
const AT_SEQ = FIELDS.indexOf("seq");
const AT_ITERATION = FIELDS.indexOf("iteration");
const AT_PASS = FIELDS.indexOf("pass");
const AT_PHASE = FIELDS.indexOf("phase");
const AT_OP = FIELDS.indexOf("op");
const PHASE_SYNC = phaseCode("sync");
const PASS_NONE = 0;
const PHASE_NONE = 0;

/** What fits one name in one category; further categories of the same name follow in a chain. */
interface NameEntry {
  readonly category: number;
  readonly candidates: readonly Candidate[];
  readonly next: NameEntry | undefined;
}

/**
 * Makes a recogniser of ordered rules.
 * @param texts the table in which names, categories and text arguments are interned
 * @throws AppError invalid-rules when the rules together ask for more than 32 arguments
 */
export function createRecogniser({ rules, texts }: { rules: readonly Rule[]; texts: Texts }): Recogniser {
  const argKeys = collectArgKeys(rules);
  if (argKeys.length > MOST_ARG_KEYS) {
    throw new AppError({
      code: "invalid-rules",
      what: `the rules together read ${argKeys.length} different arguments, ${MOST_ARG_KEYS} are possible`,
      todo: "split the rules file and import with the part that fits the trace",
    });
  }
  const tables: WordTable[] = [];
  const compiled = rules.map((rule, index) => compileRule(rule, index, { texts, argKeys, tables }));
  const mayMatch = createLookAhead(rules);
  const marks = rules.map((rule) => rule.mark === true);

  const entries: (NameEntry | undefined)[] = [];
  /** By category: what fits names that no pattern fits. One list for most names of a trace. */
  const ofOtherNames = new Map<number, readonly Candidate[]>();

  function listCandidates(name: number, category: number): readonly Candidate[] {
    const text = texts.text(name);
    const known = mayMatch(text) ? undefined : ofOtherNames.get(category);
    if (known !== undefined) return known;
    const categoryText = category === UNSAID ? "" : texts.text(category);
    const candidates = compiled.flatMap((rule) => rule.apply(text, categoryText) ?? []);
    if (!mayMatch(text)) ofOtherNames.set(category, candidates);
    return candidates;
  }

  function candidatesOf(name: number, category: number): readonly Candidate[] {
    const first = name < entries.length ? entries[name] : undefined;
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (entry.category === category) return entry.candidates;
    }
    const candidates = listCandidates(name, category);
    while (entries.length <= name) entries.push(undefined);
    entries[name] = { category, candidates, next: first };
    return candidates;
  }

  const scratch = new Int32Array(FIELDS.length);

  return {
    ruleNames: rules.map((rule) => rule.name),
    traits: describeTraits(rules),
    argKeys,
    recognise(name, category, slots, out) {
      const candidates = candidatesOf(name, category);
      for (let c = 0; c < candidates.length; c++) {
        const candidate = candidates[c];
        if (candidate.gate !== NO_GATE && slots.kind[candidate.gate] === SLOT_ABSENT) continue;
        if (!allHold(candidate.conditions, slots)) continue;
        const actions = candidate.actions;
        let a = 0;
        for (; a < actions.length; a++) {
          if (!readFields(actions[a], slots)) break;
          if (out.length <= a) out.push({ ...NOTHING_SAID });
          writeRecognised(out[a], candidate.rule, marks[candidate.rule], scratch);
        }
        // Needs are the same for every action of a rule: the first one fails or none.
        if (a > 0) return a;
      }
      return 0;
    },
    foresee(name, category, slots, isFree) {
      if (slots.value.some((value, slot) => isFree[slot] === 1 && readNumber(slots.kind[slot], value) === UNSAID)) {
        return undefined;
      }
      for (const { rule, gate, conditions, actions } of candidatesOf(name, category)) {
        if (gate !== NO_GATE && slots.kind[gate] === SLOT_ABSENT) continue;
        if (slotsOfConditions(conditions).some((slot) => isFree[slot] === 1)) return undefined;
        if (!allHold(conditions, slots)) continue;
        if (actions.length > 1) return undefined;
        if (actions.length === 0) continue;
        const gaps = findGaps(actions[0], isFree);
        if (gaps === undefined) return undefined;
        // Gaps hold what this span says: what others say is filled in for each.
        if (!readFields(actions[0], slots)) continue;
        const said = { ...NOTHING_SAID };
        writeRecognised(said, rule, marks[rule], scratch);
        return { said, ...gaps };
      }
      return { slots: [], fields: [] };
    },
  };

  /** Fills the scratch values; false when something that the rule needs is not said. */
  function readFields({ preset, reads, fallback }: CompiledAction, { kind, value }: ArgSlots): boolean {
    for (let i = 0; i < FIELD_COUNT; i++) scratch[i] = preset[i];
    for (let i = 0; i < reads.length; i++) {
      const read = reads[i];
      const slot = (read >> READ_SLOT_SHIFT) & 31;
      const slotKind = kind[slot];
      const field = read & 15;
      if (slotKind !== SLOT_ABSENT && scratch[field] === UNSAID) {
        const table = read >> READ_TABLE_SHIFT;
        if (table === 0) scratch[field] = readNumber(slotKind, value[slot]);
        else if (slotKind === SLOT_TEXT) scratch[field] = tables[table - 1].codeOf(value[slot] | 0);
      }
      if ((read & READ_IS_NEEDED) !== 0 && scratch[field] === UNSAID) return false;
    }
    if (fallback !== undefined) {
      for (let i = 0; i < FIELD_COUNT; i++) if (scratch[i] === UNSAID) scratch[i] = fallback[i];
    }
    return true;
  }

  function allHold(conditions: SlotConditions, { kind, value }: ArgSlots): boolean {
    for (let i = 0; i < conditions.length;) {
      const end = i + 3 + conditions[i];
      const wanted = conditions[i + 1];
      const isTable = conditions[i + 2] === 1;
      let holds = false;
      for (let j = i + 3; j < end && !holds; j++) {
        const slot = conditions[j];
        if (kind[slot] === SLOT_ABSENT) continue;
        holds = isTable
          ? kind[slot] === SLOT_TEXT && tables[wanted].codeOf(value[slot] | 0) !== UNSAID
          : readNumber(kind[slot], value[slot]) >= wanted;
      }
      if (!holds) return false;
      i = end;
    }
    return true;
  }

  /** Non-negative integer of a slot, also when it is written as text; everything else says nothing. */
  function readNumber(kind: number, value: number): number {
    if (kind === SLOT_NUMBER) {
      const whole = value | 0;
      return whole === value && whole >= 0 ? whole : UNSAID;
    }
    return kind === SLOT_TEXT ? parseNumber(texts.text(value)) : UNSAID;
  }
}

/** Slots that the conditions of a rule look at. */
function slotsOfConditions(conditions: SlotConditions): number[] {
  const slots: number[] = [];
  for (let i = 0; i < conditions.length; i += 3 + conditions[i]) {
    slots.push(...conditions.subarray(i + 3, i + 3 + conditions[i]));
  }
  return slots;
}

/** Which fields of an action are read from free slots; undefined where that is not one slot for one number. */
function findGaps({ preset, reads }: CompiledAction, isFree: Uint8Array): Omit<ForeseenSaying, "said"> | undefined {
  const slots: number[] = [];
  const fields: NumberField[] = [];
  const readFields = new Set<number>();
  for (const read of reads) {
    const slot = (read >> READ_SLOT_SHIFT) & 31;
    const index = read & 15;
    const isFirst = !readFields.has(index);
    readFields.add(index);
    if (preset[index] !== UNSAID || isFree[slot] !== 1) continue;
    const field = FIELDS[index];
    if (!isFirst || read >> READ_TABLE_SHIFT !== 0 || isWordField(field)) return undefined;
    slots.push(slot);
    fields.push(field);
  }
  return { slots, fields };
}

/** Fields as they lie in the scratch values. Work that says no phase computes; work that says no pass is inference. */
function writeRecognised(out: Recognised, rule: number, mark: boolean, values: Int32Array): void {
  out.rule = rule;
  out.stage = values[AT_STAGE];
  out.chunk = values[AT_CHUNK];
  out.rank = values[AT_RANK];
  out.replica = values[AT_REPLICA];
  out.batch = values[AT_BATCH];
  out.seq = values[AT_SEQ];
  out.iteration = values[AT_ITERATION];
  out.op = values[AT_OP];
  const pass = values[AT_PASS];
  const phase = values[AT_PHASE];
  if (mark) {
    out.phase = PHASE_NONE;
    out.pass = PASS_NONE;
    return;
  }
  out.phase = phase === UNSAID || phase === PHASE_NONE ? PHASE_COMPUTE : phase;
  if (out.phase === PHASE_SYNC) out.pass = PASS_NONE;
  else out.pass = pass === UNSAID || pass === PASS_NONE ? PASS_FORWARD : pass;
}

function describeTraits(rules: readonly Rule[]): readonly RuleTraits[] {
  return rules.map((rule) => ({
    mark: rule.mark === true,
    endsIteration: rule.endsIteration === true,
    countByName: rule.countByName === true,
    yieldsTo: rule.yieldsTo === undefined ? UNSAID : rules.findIndex(({ name }) => name === rule.yieldsTo),
    tellsBackwardLate: rule.actions.some(({ fields }) => JSON.stringify(fields.pass ?? "").includes(LATE_BACKWARD)),
  }));
}

/**
 * A test that is true for every name which some pattern fits. Most names of a trace fit none: one
 * joined pattern says so at once. Groups lose their names in it; patterns that refer back to groups cannot be joined.
 */
function createLookAhead(rules: readonly Rule[]): (name: string) => boolean {
  const patterns = rules.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  if (patterns.length === 0) return () => false;
  if (patterns.some((pattern) => /\\(?:k<|[1-9])/u.test(pattern))) return () => true;
  const joined = new RegExp(patterns.map((pattern) => `(?:${pattern.replace(/\(\?<\w+>/gu, "(?:")})`).join("|"), "u");
  return (name) => joined.test(name);
}
