/** Options of the commands that read traces. */
import type { ImportOptions } from "../core/import/import-trace.ts";

export interface TraceOptions {
  readonly rules?: string;
  readonly keepPartial?: boolean;
}

export const RULES_OPTION = [
  "--rules <file>",
  "JSON file of rules that recognise names, tried before the built-in ones",
] as const;

/** @throws AppError invalid-rules, file-not-found, file-unreadable */
export async function readTraceOptions({
  rules,
  keepPartial = false,
}: TraceOptions): Promise<Pick<ImportOptions, "rules" | "keepPartial">> {
  if (rules === undefined) return { keepPartial };
  const { loadRules } = await import("../core/import/recognise/load-rules.ts");
  return { keepPartial, rules: await loadRules(rules) };
}
