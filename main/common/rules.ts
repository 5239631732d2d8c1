/**
 * What passes between the rule workbench and the backend: what rules made of a sample of a run's spans. The text of rules is
 * that of a rules file (`--rules`), which main/core/import/recognise/load-rules.ts explains and checks.
 */

/** Fields that a rule may give: numbers as they were said, words of the model. */
export type RuleFields = Readonly<Record<string, number | string>>;

/** One name that a rule recognised. */
export interface RuleExample {
  readonly name: string;
  readonly category?: string;
  readonly count: number;
  /** What the rule said of the first span of that name; several where one span does several things. */
  readonly fields: readonly RuleFields[];
}

export interface RuleResult {
  readonly name: string;
  readonly source: string;
  /** The rule itself, as it stands in a rules file. */
  readonly rule: Readonly<Record<string, unknown>>;
  /** From the rules that were given, not built in. */
  readonly isOwn: boolean;
  /** Spans of the sample. */
  readonly spans: number;
  /** Most frequent names first, at most a few. */
  readonly examples: readonly RuleExample[];
}

/** Names that no rule recognised and that differ in numbers only, with what a span of theirs has for arguments. */
export interface UnrecognisedName {
  /** One of the names. */
  readonly name: string;
  /** What they have in common, `#` for every number. */
  readonly shape: string;
  readonly category?: string;
  /** Spans, and different names. */
  readonly count: number;
  readonly names: number;
  /** JSON text. */
  readonly args?: string;
}

export interface RulePreview {
  /** Spans that were looked at, and all there are. */
  readonly sampled: number;
  readonly spans: number;
  readonly recognised: number;
  /** The given rules, then the built-in ones that recognised something, in the order in which they are tried. */
  readonly rules: readonly RuleResult[];
  /** Most frequent first. */
  readonly unrecognised: readonly UnrecognisedName[];
  /** What is wrong with the given rules: then only the built-in ones were tried. */
  readonly problem?: string;
}
