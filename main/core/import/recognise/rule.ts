/**
 * What a rule is: data that says which events it is for and which field of the model each part of their text and
 * arguments gives. Built-in rules (rules.ts) and rules files (load-rules.ts) have this one shape; compile-rule.ts makes it
 * fast. Shapes and word lists only: a rule holds no code, so it can be written, saved and shared by people.
 */
import { OPS, PASSES, PHASES } from "#common/model.ts";

import { NUMBER_FIELDS, PASS_RECOMPUTE, PASS_UNDECIDED } from "./contract.ts";

/** Fields that hold one word of a closed set. */
export const WORD_FIELDS = ["pass", "phase", "op"] as const;
export const FIELDS = [...NUMBER_FIELDS, ...WORD_FIELDS] as const;
export type WordField = (typeof WORD_FIELDS)[number];
export type Field = (typeof FIELDS)[number];

/** Text of the trace → word of the model. Text that is not listed says nothing. */
export type Words = Readonly<Record<string, string>>;

/** A named group of the pattern. */
export interface GroupSource {
  readonly group: string;
  readonly words?: Words;
}

/** An argument of the event; of several keys the first that says something. -1, null and other types say nothing. */
export interface ArgSource {
  readonly arg: string | readonly string[];
  readonly words?: Words;
}

/** A number or word that holds for every match, or where to read it. */
export type FieldSource = number | string | GroupSource | ArgSource;

/** What one action gives. Of several sources the first that says something. */
export type FieldMap = Readonly<Partial<Record<Field, FieldSource | readonly FieldSource[]>>>;

export interface Action {
  readonly fields: FieldMap;
  /** The action exists only where this group of the pattern matched something. */
  readonly ifGroup?: string;
}

/** One argument of the event, under any of the keys, is an integer of at least `atLeast`, or one of the `words`. */
export interface Condition {
  readonly arg: string | readonly string[];
  readonly atLeast?: number;
  readonly words?: readonly string[];
}

export interface Rule {
  /** Kebab-case and unique; shown in reports. */
  readonly name: string;
  /** Where such events come from, in words. */
  readonly source: string;
  /** Source of a regular expression (flag `u`) on the event's name, anchored as written. Without one every name fits. */
  readonly pattern?: string;
  /** Source of a regular expression on the event's category; an event without one has the category ''. */
  readonly category?: string;
  /** All must hold. */
  readonly when?: readonly Condition[];
  /** More than one for an event that does several things at once. */
  readonly actions: readonly Action[];
  /** Text with a list of actions: every match of `pattern` within the group (or the name) is one action, and gives the groups. */
  readonly parts?: { readonly group?: string; readonly pattern: string };
  /** See `RuleTraits`. */
  readonly mark?: boolean;
  readonly endsIteration?: boolean;
  readonly countByName?: boolean;
  /** Name of the rule that tells the same work better. */
  readonly yieldsTo?: string;
}

/** Words of a rule that the whole trace decides later, beside those of `PASSES`. */
export const LATE_PASSES = { "backward-or-input-grad": PASS_UNDECIDED, recompute: PASS_RECOMPUTE } as const;

/** Codes of the words that a field may hold, as kept in columns. */
export const WORD_CODES: Readonly<Record<WordField, ReadonlyMap<string, number>>> = {
  pass: new Map<string, number>([...PASSES.map((pass, code) => [pass, code] as const), ...Object.entries(LATE_PASSES)]),
  phase: new Map<string, number>(PHASES.map((phase, code) => [phase, code])),
  op: new Map<string, number>(OPS.map((op, code) => [op, code])),
};

export function isWordField(field: Field): field is WordField {
  return (WORD_FIELDS as readonly string[]).includes(field);
}

/** The keys of an argument source or condition as a list. */
export function argKeysOf(arg: string | readonly string[]): readonly string[] {
  return typeof arg === "string" ? [arg] : arg;
}

/** Sources of a field as a list, first one first. */
export function sourcesOf(field: FieldSource | readonly FieldSource[] | undefined): readonly FieldSource[] {
  if (field === undefined) return [];
  return isSourceList(field) ? field : [field];
}

function isSourceList(field: FieldSource | readonly FieldSource[]): field is readonly FieldSource[] {
  return Array.isArray(field);
}
