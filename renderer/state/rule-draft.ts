/**
 * Rules as a form shows them, and back to the JSON of a rules file. A form knows one place a field comes from; rules that
 * say more (several actions, several sources) are edited as JSON, and nothing of them is lost.
 */

/** A rule as it stands in a rules file. */
export type RuleJson = Readonly<Record<string, unknown>>;

export const DRAFT_FIELDS = [
  { name: "stage", hint: "number of the block or layer, from 0" },
  { name: "batch", hint: "number of the micro-batch, from 0" },
  { name: "pass", hint: "forward, backward, input-grad, weight-grad" },
  { name: "phase", hint: "in, compute, out, wait, sync" },
  { name: "iteration", hint: "number of the training step" },
  { name: "chunk", hint: "model chunk of the rank: the stage follows from it" },
  { name: "rank", hint: "position along the pipeline" },
  { name: "replica", hint: "data-parallel copy" },
] as const;

export type DraftFieldName = (typeof DRAFT_FIELDS)[number]["name"];
export const SOURCE_KINDS = ["none", "group", "argument", "fixed"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Where a field comes from: a group of the pattern, arguments (separated by commas, the first that says something) or a word. */
export interface FieldDraft {
  readonly kind: SourceKind;
  readonly text: string;
  /** `fwd=forward, bwd=backward`; empty for the model's own words. */
  readonly words: string;
}

export interface RuleDraft {
  readonly name: string;
  readonly pattern: string;
  readonly category: string;
  readonly fields: Readonly<Record<DraftFieldName, FieldDraft>>;
}

const NOTHING: FieldDraft = { kind: "none", text: "", words: "" };
const FORM_MEMBERS = new Set(["name", "source", "pattern", "category", "fields"]);

/** The rule as a form, or undefined where a form would lose something. */
export function draftOf(rule: RuleJson): RuleDraft | undefined {
  if (Object.keys(rule).some((member) => !FORM_MEMBERS.has(member))) return undefined;
  const given = (rule["fields"] ?? {}) as Readonly<Record<string, unknown>>;
  const known = new Set<string>(DRAFT_FIELDS.map(({ name }) => name));
  if (Object.keys(given).some((field) => !known.has(field))) return undefined;
  const groups = groupsOf(textOf(rule["pattern"]));
  const fields: Partial<Record<DraftFieldName, FieldDraft>> = {};
  for (const { name } of DRAFT_FIELDS) {
    const draft = name in given ? readSource(given[name]) : groups.has(name) ? ownGroup(name) : NOTHING;
    if (draft === undefined) return undefined;
    fields[name] = draft;
  }
  return {
    name: textOf(rule["name"]),
    pattern: textOf(rule["pattern"]),
    category: textOf(rule["category"]),
    fields: fields as Record<DraftFieldName, FieldDraft>,
  };
}

/** The JSON of a draft; what a form does not show is taken over from `before`. */
export function ruleOf(draft: RuleDraft, before: RuleJson): RuleJson {
  const groups = groupsOf(draft.pattern);
  const fields = Object.fromEntries(
    DRAFT_FIELDS.flatMap(({ name }) => {
      const field = draft.fields[name];
      // A group called like its field gives it by itself.
      if (groups.has(name) && isSame(field, ownGroup(name))) return [];
      const source = writeSource(field);
      return source === undefined ? [] : [[name, source]];
    }),
  );
  return {
    name: draft.name,
    ...(before["source"] === undefined ? {} : { source: before["source"] }),
    ...(draft.pattern === "" ? {} : { pattern: draft.pattern }),
    ...(draft.category === "" ? {} : { category: draft.category }),
    ...(draft.pattern === "" ? { when: argumentsOf(draft).map((arg) => ({ arg })) } : {}),
    fields,
  };
}

/** Names of the groups of a pattern. */
function groupsOf(pattern: string): ReadonlySet<string> {
  return new Set(Array.from(pattern.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/gu), ([, name]) => name));
}

/** A rule without a pattern is for spans that have its arguments. */
function argumentsOf(draft: RuleDraft): readonly (readonly string[])[] {
  return DRAFT_FIELDS.flatMap(({ name }) => {
    const { kind, text } = draft.fields[name];
    return kind === "argument" && text.trim() !== "" ? [listOf(text)] : [];
  });
}

const ownGroup = (name: string): FieldDraft => ({ kind: "group", text: name, words: "" });
const isSame = (a: FieldDraft, b: FieldDraft) =>
  a.kind === b.kind && a.text.trim() === b.text && a.words.trim() === b.words;
const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
}

function readSource(source: unknown): FieldDraft | undefined {
  if (typeof source === "string" || typeof source === "number") {
    return { kind: "fixed", text: String(source), words: "" };
  }
  if (typeof source !== "object" || source === null || Array.isArray(source)) return undefined;
  const { group, arg, words } = source as Readonly<Record<string, unknown>>;
  const pairs = Object.entries((words ?? {}) as Readonly<Record<string, string>>);
  const text = pairs.map(([from, to]) => `${from}=${to}`).join(", ");
  if (typeof group === "string") return { kind: "group", text: group, words: text };
  if (typeof arg === "string") return { kind: "argument", text: arg, words: text };
  return Array.isArray(arg) ? { kind: "argument", text: arg.join(", "), words: text } : undefined;
}

function writeSource({ kind, text, words }: FieldDraft): unknown {
  const value = text.trim();
  if (kind === "none" || value === "") return undefined;
  if (kind === "fixed") return /^\d+$/.test(value) ? Number(value) : value;
  const pairs = listOf(words).map((pair) => pair.split("=").map((word) => word.trim()));
  const translated =
    pairs.length === 0 ? {} : { words: Object.fromEntries(pairs.map(([from, to = ""]) => [from, to])) };
  if (kind === "group") return { group: value, ...translated };
  const keys = listOf(value);
  return { arg: keys.length === 1 ? keys[0] : keys, ...translated };
}
