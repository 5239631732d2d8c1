/**
 * Takes one event of an export apart: its members, its own args byte by byte, and the facts behind them, as the header of
 * main/common/chrome-trace.ts says. The lines of an export are short and of one form, so `JSON.parse` is fast enough here.
 */
import type { SpanFacts } from "#common/chrome-trace.ts";

import { listPairs } from "../chrome-trace/args-text.ts";

/** Members of an event other than args; what is absent there is undefined here. */
export interface EventHead {
  readonly ph?: unknown;
  readonly name?: unknown;
  readonly cat?: unknown;
  readonly pid?: unknown;
  readonly tid?: unknown;
  readonly ts?: unknown;
  readonly dur?: unknown;
  readonly s?: unknown;
  readonly id?: unknown;
  readonly bp?: unknown;
}

const ARGS_KEY = ',"args":';
/** Braces and escapes never occur in facts. */
const FACTS_MEMBER = /,?"pipewave":(\{[^{}]*\})\}$/;

/** @param text the event, from brace to brace @returns its head, and the text of its args where it has any */
export function splitEvent(text: string): { head: EventHead; argsText?: string } {
  // Quotes inside strings are escaped, and our events hold no object before their args: the first match is the key.
  const at = text.indexOf(ARGS_KEY);
  if (at >= 0 && text.startsWith('{"ph":')) {
    return { head: JSON.parse(`${text.slice(0, at)}}`) as EventHead, argsText: text.slice(at + ARGS_KEY.length, -1) };
  }
  const head = JSON.parse(text) as EventHead & { args?: unknown };
  const argsText = head.args === undefined ? undefined : listPairs(text).get('"args"');
  return argsText === undefined ? { head } : { head, argsText };
}

/** The span's own args (empty for none) and what was recognised of it. */
export function splitArgs(text: string | undefined): { own: string; facts: SpanFacts } {
  if (text === undefined) return { own: "", facts: {} };
  const [member, factsText] = FACTS_MEMBER.exec(text) ?? [];
  if (member === undefined) return { own: text === "{}" ? "" : text, facts: {} };
  const facts = JSON.parse(factsText) as SpanFacts;
  if (facts.bareArgs === true) return { own: text.slice('{"$args":'.length, -member.length), facts };
  const own = `${text.slice(0, -member.length)}}`;
  return { own: own === "{}" ? "" : own, facts };
}

/** Integer ns of a time in µs; undefined when it is no number. Exact to the ns up to 101 days, where a double still has three decimals. */
export function nsOf(us: unknown): number | undefined {
  if (typeof us !== "number") return undefined;
  const whole = Math.trunc(us);
  const ns = whole * 1000 + Math.round((us - whole) * 1000);
  return Number.isSafeInteger(ns) ? ns : undefined;
}
