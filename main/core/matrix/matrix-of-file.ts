/** The stage × batch matrix of a run file, for a worker. */
import { AppError } from "#common/errors.ts";
import type { StageMatrix } from "#common/matrix.ts";

import { openRun } from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import { loadScopeInput } from "../analysis/load-input.ts";
import { computeMatrix } from "./read-matrix.ts";
import type { MatrixChoice } from "./read-matrix.ts";

/** @throws AppError unknown-scope, no-pipeline, too-large */
export function matrixOfRun(reader: RunReader, choice: MatrixChoice): StageMatrix {
  const { iteration, replica } = choice;
  const scope = { ...(iteration === undefined ? {} : { iteration }), ...(replica === undefined ? {} : { replica }) };
  const matrix = computeMatrix({ ...loadScopeInput(reader, scope), edges: reader.edges }, choice);
  if (matrix !== undefined) return matrix;
  throw new AppError({ code: "no-pipeline", what: "no pipeline was recognised in this run, so it has no stages" });
}

/** @throws AppError what `openRun` throws, and as above */
export function matrixOfFile(file: string, choice: MatrixChoice): StageMatrix {
  const reader = openRun(file);
  try {
    return matrixOfRun(reader, choice);
  } finally {
    reader.close();
  }
}
