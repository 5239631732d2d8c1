/** Which arguments a list of rules reads: they become the slots that an importer fills. Nothing else. */
import { argKeysOf, FIELDS, sourcesOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** A slot number takes five bits in a compiled rule. */
export const MOST_ARG_KEYS = 32;

/** Argument keys of conditions and fields, in the order of their first mention. */
export function collectArgKeys(rules: readonly Rule[]): readonly string[] {
  const keys = new Set<string>();
  const add = (arg: string | readonly string[]) => {
    for (const key of argKeysOf(arg)) keys.add(key);
  };
  for (const { when = [], actions } of rules) {
    for (const { arg } of when) add(arg);
    for (const { fields } of actions) {
      for (const source of FIELDS.flatMap((field) => sourcesOf(fields[field]))) {
        if (typeof source === "object" && "arg" in source) add(source.arg);
      }
    }
  }
  return [...keys];
}
