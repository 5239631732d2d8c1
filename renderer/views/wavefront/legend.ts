/** Which kinds of work a picture shows, for its legend: the ops of the run in the passes that are on screen. Pure. */
import { OPS, PASSES } from "#common/model.ts";
import type { Op, Pass, Stage } from "#common/model.ts";

export interface WorkKind {
  readonly op: Op;
  readonly pass: Pass;
}

/** In the order of `OPS` and `PASSES`. Before anything has arrived: forward work, which every pipeline has. */
export function workKinds({
  stages,
  passes,
}: {
  stages: readonly Stage[];
  /** Indices in `PASSES`. */
  passes: ReadonlySet<number>;
}): readonly WorkKind[] {
  const ops = OPS.filter((op) => stages.some((stage) => stage.op === op));
  if (ops.length === 0) return [{ op: "other", pass: "none" }];
  const shown = PASSES.filter((pass, code) => pass !== "none" && passes.has(code));
  return ops.flatMap((op) => (shown.length === 0 ? (["forward"] as const) : shown).map((pass) => ({ op, pass })));
}
