/**
 * What each rule recognised and what no rule did: for the import report and for people who write rules. Counts and examples
 * only; it judges nothing.
 */
import type { RecognisedColumns } from "./contract.ts";
import { FIELDS, isWordField } from "./rule.ts";
import type { Field } from "./rule.ts";

const EXAMPLES = 5;
const FREQUENT_NAMES = 20;

export interface RuleCoverage {
  readonly rule: string;
  readonly spans: number;
  /** Distinct names, in the order they were met. */
  readonly examples: readonly string[];
  /** Fields that the rule gave on at least one span. */
  readonly fields: readonly Field[];
}

export interface Coverage {
  /** Rules that fitted at least one span, in the order of the rules. */
  readonly rules: readonly RuleCoverage[];
  readonly unrecognisedSpans: number;
  /** Names of spans that no rule fits, most frequent first. */
  readonly unrecognisedNames: readonly { readonly name: string; readonly count: number }[];
}

/** Spans by rule as the import report lists them: most spans first, rules without any left out. */
export function listRecognisedBy(
  ruleNames: readonly string[],
  spansByRule: Uint32Array,
): readonly { readonly rule: string; readonly spans: number }[] {
  return ruleNames
    .map((rule, index) => ({ rule, spans: spansByRule[index] }))
    .filter(({ spans }) => spans > 0)
    .toSorted((a, b) => b.spans - a.spans);
}

/**
 * Coverage of recognised columns. Marks and rules that yield to others are counted like the rest: they fitted.
 * @param name id of each span's name; rows with the name -1 are left out
 * @param textOf text of a name
 */
export function measureCoverage({
  ruleNames,
  length,
  name,
  recognised,
  textOf,
}: {
  ruleNames: readonly string[];
  length: number;
  name: Int32Array;
  recognised: RecognisedColumns;
  textOf: (name: number) => string;
}): Coverage {
  const rules = ruleNames.map((rule) => ({ rule, spans: 0, examples: new Set<string>(), fields: new Set<Field>() }));
  const unknown = new Map<number, number>();
  let unrecognisedSpans = 0;
  for (let row = 0; row < length; row++) {
    if (name[row] < 0) continue;
    const index = recognised.rule[row];
    if (index < 0) {
      unrecognisedSpans++;
      unknown.set(name[row], (unknown.get(name[row]) ?? 0) + 1);
      continue;
    }
    const of = rules[index];
    of.spans++;
    if (of.examples.size < EXAMPLES) of.examples.add(textOf(name[row]));
    // Index 0 of passes and phases is "none"; everywhere else -1 is unsaid.
    for (const field of FIELDS) {
      if (recognised[field][row] > (isWordField(field) && field !== "op" ? 0 : -1)) of.fields.add(field);
    }
  }
  return {
    rules: rules
      .filter(({ spans }) => spans > 0)
      .map((of) => ({ ...of, examples: [...of.examples], fields: FIELDS.filter((field) => of.fields.has(field)) })),
    unrecognisedSpans,
    unrecognisedNames: sumByText(unknown, textOf),
  };
}

/** Names of one text in several categories are one name to a person. */
function sumByText(
  counts: ReadonlyMap<number, number>,
  textOf: (name: number) => string,
): readonly { name: string; count: number }[] {
  const byText = new Map<string, number>();
  for (const [name, count] of counts) byText.set(textOf(name), (byText.get(textOf(name)) ?? 0) + count);
  return [...byText]
    .map(([name, count]) => ({ name, count }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, FREQUENT_NAMES);
}
