/**
 * Reads a rules file (`--rules file.json`). Its rules come before the built-in ones, so that they win.
 *
 *     { "rules": [
 *       { "name": "my-trainer",                                  // kebab-case, unique
 *         "source": "our trainer's ranges",                      // in words, optional
 *         "pattern": "^mb(?<batch>\\d+)/(?<pass>fwd|bwd)$",      // on the event's name, anchored as written
 *         "category": "^user_annotation$",                       // on its category, optional
 *         "when": [ { "arg": "stage", "atLeast": 0 } ],          // arguments it must have, optional; "words": [...] for texts
 *         "fields": { "stage": { "arg": ["stage", "pp_rank"] },  // from an argument: the first key that says something
 *                     "pass": { "group": "pass", "words": { "fwd": "forward", "bwd": "backward" } },
 *                     "phase": "compute" } }                     // a constant
 *     ] }
 *
 * A group that has the name of a field gives that field unless `fields` says otherwise (here `batch`). Fields: stage, chunk,
 * rank, replica, batch, seq, iteration (integers from 0); pass, phase, op (words of the model). For events that do several
 * things at once write "actions": [ { "fields": … }, { "fields": …, "ifGroup": "second" } ] instead of "fields"; for lists
 * inside a name "parts": { "group": "list", "pattern": … }. The other members are those of `Rule` (rule.ts).
 *
 * Nothing of a file is taken when one rule of it is wrong.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { AppError } from "#common/errors.ts";

import { findPatternFault, groupNamesOf } from "./check-pattern.ts";
import { collectArgKeys, MOST_ARG_KEYS } from "./arg-keys.ts";
import { FIELDS, isWordField, sourcesOf, WORD_CODES } from "./rule.ts";
import type { Action, Field, FieldMap, FieldSource, Rule } from "./rule.ts";
import { BUILT_IN_RULES } from "./rules.ts";

const keySchema = z.string().min(1).max(200);
const argSchema = z.union([keySchema, z.array(keySchema).min(1).max(MOST_ARG_KEYS)]);
const patternSchema = z.string().superRefine((pattern, context) => {
  const fault = findPatternFault(pattern);
  if (fault !== undefined) context.addIssue({ code: "custom", message: `the pattern ${fault}` });
});

const wordsSchema = z.record(z.string(), z.string());
const sourceSchema = z.union([
  z.int().min(0),
  z.string(),
  z.strictObject({ group: keySchema, words: wordsSchema.exactOptional() }),
  z.strictObject({ arg: argSchema, words: wordsSchema.exactOptional() }),
]);
const fieldSchema = z.union([sourceSchema, z.array(sourceSchema).min(1).max(8)]).exactOptional();
const fieldsSchema = z
  .strictObject({
    stage: fieldSchema,
    chunk: fieldSchema,
    rank: fieldSchema,
    replica: fieldSchema,
    batch: fieldSchema,
    seq: fieldSchema,
    iteration: fieldSchema,
    pass: fieldSchema,
    phase: fieldSchema,
    op: fieldSchema,
  } satisfies Record<Field, typeof fieldSchema>)
  .superRefine((fields, context) => {
    for (const field of FIELDS) {
      for (const source of sourcesOf(fields[field])) {
        const fault = findSourceFault(field, source);
        if (fault !== undefined) context.addIssue({ code: "custom", message: fault, path: [field] });
      }
    }
  });

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, "must be kebab-case: small letters, digits and hyphens"),
  source: z.string().max(500).default("rules file"),
  pattern: patternSchema.exactOptional(),
  category: patternSchema.exactOptional(),
  when: z
    .array(
      z.strictObject({
        arg: argSchema,
        atLeast: z.int().min(0).exactOptional(),
        words: z.array(z.string()).min(1).exactOptional(),
      }),
    )
    .max(16)
    .exactOptional(),
  fields: fieldsSchema.exactOptional(),
  actions: z
    .array(z.strictObject({ fields: fieldsSchema, ifGroup: keySchema.exactOptional() }))
    .min(1)
    .max(8)
    .exactOptional(),
  parts: z.strictObject({ group: keySchema.exactOptional(), pattern: patternSchema }).exactOptional(),
  mark: z.boolean().exactOptional(),
  endsIteration: z.boolean().exactOptional(),
  countByName: z.boolean().exactOptional(),
  yieldsTo: z.string().exactOptional(),
});

const fileSchema = z.strictObject({ rules: z.array(ruleSchema).min(1).max(200) });

/**
 * Rules of a file, followed by the built-in ones.
 * @throws AppError file-not-found, file-unreadable, invalid-rules (says which rule and field)
 */
export async function loadRules(file: string): Promise<readonly Rule[]> {
  return [...parseRules(await readRulesFile(file), path.basename(file)), ...BUILT_IN_RULES];
}

/** The text of a rules file, unchecked. @throws AppError file-not-found, file-unreadable */
export async function readRulesFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new AppError(
      {
        code: missing ? "file-not-found" : "file-unreadable",
        what: missing ? "there is no such rules file" : "the rules file cannot be read",
        where: { file },
      },
      { cause: error },
    );
  }
}

/**
 * Rules of the text of a rules file.
 * @param file what messages call it
 * @throws AppError invalid-rules
 */
export function parseRules(text: string, file: string): readonly Rule[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidRules(file, `this is not JSON (${error.message})`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw invalidRules(file, describeIssue(parsed.error.issues[0], json));
  const rules = parsed.data.rules.map(({ fields, actions, ...rest }): Rule => ({
    ...rest,
    actions: withNamedGroups(rest, actions ?? [{ fields: fields ?? {} }]),
  }));
  rules.forEach((rule, index) => {
    const both = parsed.data.rules[index].fields !== undefined && parsed.data.rules[index].actions !== undefined;
    const fault = both ? "has both fields and actions" : findRuleFault(rule, rules);
    if (fault !== undefined) throw invalidRules(file, `rule ${rule.name} ${fault}`);
  });
  const keys = collectArgKeys([...rules, ...BUILT_IN_RULES]).length;
  if (keys > MOST_ARG_KEYS) {
    const own = keys - collectArgKeys(BUILT_IN_RULES).length;
    throw invalidRules(
      file,
      `the rules read ${own} arguments of their own, ${MOST_ARG_KEYS - keys + own} are possible`,
    );
  }
  return rules;
}

/** Groups that are called like a field give it, in every action that does not say otherwise. */
function withNamedGroups(
  { pattern = "", parts }: Pick<Rule, "pattern" | "parts">,
  actions: readonly Action[],
): Action[] {
  const groups = groupNamesOf(pattern + (parts?.pattern ?? ""));
  const given = Object.fromEntries(
    FIELDS.filter((field) => groups.has(field)).map((field) => [field, { group: field }]),
  );
  return actions.map((action) => ({ ...action, fields: { ...(given as FieldMap), ...action.fields } }));
}

function findRuleFault(rule: Rule, rules: readonly Rule[]): string | undefined {
  const { name, pattern, when = [], actions, parts, mark, yieldsTo } = rule;
  const all = [...rules, ...BUILT_IN_RULES];
  if (all.filter((other) => other.name === name).length > 1) return "has the name of another rule";
  if (pattern === undefined && when.length === 0) return "has neither pattern nor when: it would fit every event";
  if (yieldsTo !== undefined && !all.some((other) => other.name === yieldsTo)) {
    return `yields to ${yieldsTo}, which is no rule`;
  }
  const groups = groupNamesOf((pattern ?? "") + (parts?.pattern ?? ""));
  const used = [
    ...(parts?.group === undefined ? [] : [parts.group]),
    ...actions.flatMap(({ ifGroup }) => ifGroup ?? []),
    ...actions.flatMap(({ fields }) =>
      FIELDS.flatMap((field) => sourcesOf(fields[field])).flatMap((source) =>
        typeof source === "object" && "group" in source ? source.group : [],
      ),
    ),
  ];
  const unknown = used.find((group) => !groups.has(group));
  if (unknown !== undefined) return `reads the group ${unknown}, which its pattern does not have`;
  if (mark !== true && actions.some(({ fields }) => Object.keys(fields).length === 0)) return "gives no field";
  return undefined;
}

function findSourceFault(field: Field, source: FieldSource): string | undefined {
  if (!isWordField(field)) {
    if (typeof source === "string") return `"${source}" is no number`;
    if (typeof source === "object" && source.words !== undefined) return "is a number and takes no words";
    return undefined;
  }
  if (typeof source === "number") return `${source} is no ${field}`;
  const words = typeof source === "string" ? [source] : Object.values(source.words ?? {});
  const wrong = words.find((word) => !WORD_CODES[field].has(word));
  return wrong === undefined
    ? undefined
    : `"${wrong}" is no ${field} (one of ${[...WORD_CODES[field].keys()].join(", ")})`;
}

function invalidRules(file: string, what: string): AppError {
  return new AppError({ code: "invalid-rules", what, where: { file }, todo: "correct the rules file" });
}

/** `rule my-trainer, fields.pass: …` */
function describeIssue(issue: z.core.$ZodIssue, json: unknown): string {
  const [list, index, ...rest] = issue.path;
  if (list !== "rules" || typeof index !== "number") return `${issue.path.join(".") || "the file"}: ${issue.message}`;
  const { rules } = json as { rules: readonly unknown[] };
  const rule = rules[index];
  const named = typeof rule === "object" && rule !== null && "name" in rule && typeof rule.name === "string";
  const place = rest.length === 0 ? "" : `, ${rest.join(".")}`;
  return `rule ${named ? String(rule.name) : index + 1}${place}: ${issue.message}`;
}
