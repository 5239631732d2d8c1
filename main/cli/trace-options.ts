/** Options of the commands that read traces. */
import type { ImportOptions } from "../core/import/import-trace.ts";

export interface TraceOptions {
  readonly rules?: string;
  readonly keepPartial?: boolean;
  readonly pipelineGroup?: string;
}

export const RULES_OPTION = [
  "--rules <file>",
  "JSON file of rules that recognise names, tried before the built-in ones",
] as const;

export const PIPELINE_GROUP_OPTION = [
  "--pipeline-group <name>",
  "process group whose sends and receives are the pipeline's, for traces without annotations (default: mesh_pp)",
] as const;

/** @throws AppError invalid-rules, file-not-found, file-unreadable */
export async function readTraceOptions({
  rules,
  keepPartial = false,
  pipelineGroup,
}: TraceOptions): Promise<Pick<ImportOptions, "rules" | "keepPartial" | "pipelineGroup">> {
  const given = { keepPartial, ...(pipelineGroup === undefined ? {} : { pipelineGroup }) };
  if (rules === undefined) return given;
  const { loadRules } = await import("../core/import/recognise/load-rules.ts");
  return { ...given, rules: await loadRules(rules) };
}
