/** A first draft of a rule for a name that nothing recognised: what looks like a pass becomes the pass, numbers become groups. */
import type { RuleJson } from "./rule-draft.ts";

const PASSES = [
  { words: { forward: "forward", backward: "backward" } },
  { words: { Forward: "forward", Backward: "backward" } },
  { words: { FORWARD: "forward", BACKWARD: "backward" } },
  { words: { fwd: "forward", bwd: "backward" } },
  { words: { FWD: "forward", BWD: "backward" } },
] as const;

/** A number after one of these is that field. Other numbers are the batch, then the stage, then anything. */
const CALLED = [
  { field: "batch", before: /(?:^|[^a-z])(?:micro[_-]?batch|batch|mb|mbs?)[^a-z0-9]*$/i },
  { field: "stage", before: /(?:^|[^a-z])(?:stage|layer|block|stg|s|l)[^a-z0-9]*$/i },
  { field: "iteration", before: /(?:^|[^a-z])(?:iteration|iter|step|it)[^a-z0-9]*$/i },
  { field: "rank", before: /(?:^|[^a-z])(?:pp[_-]?rank|rank|pp)[^a-z0-9]*$/i },
  { field: "chunk", before: /(?:^|[^a-z])(?:model[_-]?chunk|chunk)[^a-z0-9]*$/i },
] as const;

/** @param taken names of rules that exist */
export function suggestRule(name: string, taken: readonly string[]): RuleJson {
  const used = new Set<string>();
  let words: Readonly<Record<string, string>> | undefined;
  let pattern = "";
  let at = 0;
  for (const match of name.matchAll(/[A-Za-z]+(?:\d+[A-Za-z]+)+|\d+|[A-Za-z]+/g)) {
    const before = name.slice(0, match.index);
    pattern += escape(name.slice(at, match.index));
    at = match.index + match[0].length;
    const [text] = match;
    if (/^\d/.test(text)) {
      const called = CALLED.find(({ field, before: word }) => !used.has(field) && word.test(before))?.field;
      const field = called ?? ["batch", "stage"].find((one) => !used.has(one));
      if (field !== undefined) used.add(field);
      pattern += field === undefined ? String.raw`\d+` : String.raw`(?<${field}>\d+)`;
      continue;
    }
    const pass = words === undefined ? PASSES.find((one) => Object.hasOwn(one.words, text)) : undefined;
    if (pass === undefined) pattern += text;
    else {
      ({ words } = pass);
      pattern += `(?<pass>${Object.keys(pass.words).join("|")})`;
    }
  }
  pattern += escape(name.slice(at));
  return {
    name: freeName(taken),
    pattern: `^${pattern}$`,
    fields: { ...(words === undefined ? {} : { pass: { group: "pass", words } }), phase: "compute" },
  };
}

/** `my-rule`, `my-rule-2`, … */
export function freeName(taken: readonly string[], base = "my-rule"): string {
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}

const escape = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
