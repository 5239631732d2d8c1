/**
 * Checks regular expressions that people write: they must compile, and must not be of the shape that takes exponential time.
 * Together with the limit on the length of names (compile-rule.ts) and with each name being matched once, this keeps a
 * rules file from stopping an import. It finds repetitions inside repetitions, not every slow pattern there is.
 */

const LONGEST_PATTERN = 1_000;

/** What is wrong with the pattern, as the end of a sentence; undefined when it is fine. */
export function findPatternFault(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `is no regular expression (${error.message.replace(/^Invalid regular expression: /u, "")})`;
  }
  return repeatsARepetition(pattern)
    ? "repeats a group that repeats itself, which can take forever on a long name"
    : undefined;
}

/** Names of the named groups. */
export function groupNamesOf(pattern: string): ReadonlySet<string> {
  return new Set(Array.from(pattern.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/gu), ([, name]) => name));
}

/** True for `(a+)+` and its like: an unlimited quantifier on a group with an unlimited quantifier inside. */
function repeatsARepetition(pattern: string): boolean {
  // One token each: escape, character class, group begin, group end, quantifier, any other character.
  const tokens =
    pattern.match(/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\)|[*+?]|\{\d+(?:,\d*)?\}|./gsu) ?? [];
  /** By open group: whether an unlimited quantifier occurred in it. */
  const open: boolean[] = [false];
  let closed = false;
  for (const token of tokens) {
    const unlimited = token === "*" || token === "+" || /^\{\d+,\}$/u.test(token);
    if (unlimited) {
      if (closed) return true;
      open[open.length - 1] = true;
    }
    if (token.startsWith("(")) open.push(false);
    closed = false;
    if (token === ")") {
      const inner = open.pop() ?? false;
      if (open.length > 0 && inner) open[open.length - 1] = true;
      closed = inner;
    }
  }
  return false;
}
