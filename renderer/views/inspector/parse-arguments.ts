/** Splits a span's arguments, which come as the JSON text of the trace, into what fits on a line and what does not. */

interface ParsedArguments {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Indented JSON, or the text itself where it is no JSON object; empty when there is nothing left. */
  readonly rest: string;
}

const LONGEST_LINE = 80;
/** A short list or object reads better on one line. */
const LONGEST_NESTED_LINE = 32;

export function parseArguments(text: string): ParsedArguments {
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { facts: [], rest: text };
  const facts: { name: string; value: string }[] = [];
  const deeper: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const line = typeof item === "string" ? item : JSON.stringify(item);
    const nested = typeof item === "object" && item !== null;
    if (line.length > (nested ? LONGEST_NESTED_LINE : LONGEST_LINE)) deeper.push([name, item]);
    else facts.push({ name, value: line === "" ? '""' : line });
  }
  return { facts, rest: deeper.length === 0 ? "" : JSON.stringify(Object.fromEntries(deeper), undefined, 2) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
