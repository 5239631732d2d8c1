/** A kind of work in words, as legends say it: `conv`, `conv backward`, `forward` where the op is not known. */
import type { Op, Pass } from "#common/model.ts";

export function describeWork({ op, pass }: { readonly op: Op; readonly pass: Pass }): string {
  if (pass === "none") return op === "other" ? "not pipeline" : op;
  if (op === "other") return pass;
  return pass === "forward" ? op : `${op} ${pass}`;
}
