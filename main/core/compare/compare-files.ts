/** Compares two run files: opens both, hands their columns over, closes them again. Writes nothing. */
import type { Comparison, ComparisonScope } from "#common/comparison.ts";

import { openRun } from "../../../db/index.ts";
import { loadComparedInput } from "../analysis/load-input.ts";
import { compareRuns } from "./compare-runs.ts";

/** @throws AppError what `openRun` throws, no-pipeline, unknown-scope, invalid-argument */
export function compareRunFiles(files: { readonly a: string; readonly b: string }, scope: ComparisonScope): Comparison {
  const a = openRun(files.a);
  try {
    const b = openRun(files.b);
    try {
      return compareRuns({ a: loadComparedInput(a), b: loadComparedInput(b) }, scope);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}
