/** The commands, in the order that `--help` lists them. A new command is a file of its own and one entry here. */
import type { Command } from "commander";

import { registerCapture } from "./capture.ts";
import { registerExport } from "./export.ts";
import { registerImport } from "./import.ts";
import { registerReport } from "./report.ts";
import { registerOpen, registerServe } from "./serve.ts";
import { registerSimulate } from "./simulate.ts";
import { registerSql } from "./sql.ts";
import { registerWhatIf } from "./what-if.ts";

/** Adds one command to the program. Loads nothing else: the work is imported when the command runs. */
type RegisterCommand = (program: Command) => void;

const COMMANDS: readonly RegisterCommand[] = [
  registerImport,
  registerReport,
  registerCapture,
  registerSimulate,
  registerWhatIf,
  registerExport,
  registerSql,
  registerServe,
  registerOpen,
];

export function registerCommands(program: Command): void {
  for (const register of COMMANDS) register(program);
}
