/** The commands, in the order that `--help` lists them. A new command is a file of its own and one entry here. */
import type { Command } from "commander";

/** Adds one command to the program. Loads nothing else: the work is imported when the command runs. */
type RegisterCommand = (program: Command) => void;

const COMMANDS: Readonly<Record<string, () => Promise<RegisterCommand>>> = {
  import: async () => (await import("./import.ts")).registerImport,
  report: async () => (await import("./report.ts")).registerReport,
  compare: async () => (await import("./compare.ts")).registerCompare,
  capture: async () => (await import("./capture.ts")).registerCapture,
  simulate: async () => (await import("./simulate.ts")).registerSimulate,
  "what-if": async () => (await import("./what-if.ts")).registerWhatIf,
  export: async () => (await import("./export.ts")).registerExport,
  sql: async () => (await import("./sql.ts")).registerSql,
  serve: async () => (await import("./serve.ts")).registerServe,
  open: async () => (await import("./serve.ts")).registerOpen,
};

/** Adds the command that was asked for; all of them where that is none of them: help and advice need to know them all. */
export async function registerCommands(program: Command, asked: string | undefined): Promise<void> {
  const load = asked !== undefined && Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  const chosen = load === undefined ? Object.values(COMMANDS) : [load];
  for (const register of await Promise.all(chosen.map((each) => each()))) register(program);
}
