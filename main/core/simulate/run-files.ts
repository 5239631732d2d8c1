/**
 * Simulations and what-ifs from file to file, as a worker does them: a simulated run is written, a measured run is asked what
 * would help, and a changed run is derived from it.
 */
import type { Scope } from "#common/report.ts";
import type { Changes } from "#common/schedule/changes.ts";
import type { WhatIfAnswer } from "#common/simulation.ts";

import { openRun } from "../../../db/index.ts";
import { loadAnalysisInput } from "../analysis/load-input.ts";
import { summariseRun, type RunSummary } from "../run-summary.ts";
import { findCutBytes } from "./cut-bytes.ts";
import { runSimulation, type SimulationTask } from "./run-simulation.ts";
import { answerWhatIf, type WhatIf } from "./what-if.ts";
import { writeSimulatedRun } from "./write-simulated.ts";

/** What a what-if asks of a file. */
export interface WhatIfQuestion {
  readonly path: string;
  readonly scope: Partial<Scope>;
  readonly changes: Changes;
}

/** @throws AppError what `runSimulation` throws, write-failed, disk-full */
export function simulateToFile(task: SimulationTask, out: string): RunSummary {
  writeSimulatedRun(runSimulation(task).simulated, { out });
  return summariseRun(out);
}

/** @throws AppError what `openRun` and `answerWhatIf` throw */
export function answerFromFile(question: WhatIfQuestion): WhatIfAnswer {
  const { simulation: _simulation, simulated: _simulated, ...answer } = ask(question);
  return answer;
}

/** @throws AppError what `openRun` and `answerWhatIf` throw, write-failed, disk-full */
export function deriveToFile(question: WhatIfQuestion, out: string): RunSummary {
  writeSimulatedRun(ask(question).simulated, { out });
  return summariseRun(out);
}

function ask({ path, scope, changes }: WhatIfQuestion): WhatIf {
  const reader = openRun(path);
  try {
    const cutBytes = findCutBytes(reader);
    return answerWhatIf(
      { ...loadAnalysisInput(reader), run: reader.run },
      { changes, scope, createdAtEpochMs: Date.now(), ...(cutBytes === undefined ? {} : { cutBytes }) },
    );
  } finally {
    reader.close();
  }
}
