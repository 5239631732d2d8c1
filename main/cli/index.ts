/**
 * Entry of the commands. It only knows which commands there are and turns a wrong call into exit code 2: what a command does
 * is loaded when it runs, and of the others nothing, so that starting costs next to nothing.
 */
import { Command, CommanderError } from "commander";

import { registerCommands } from "./commands.ts";
import { endOnClosedPipes, printJson } from "./terminal.ts";

const USAGE = 2;

endOnClosedPipes();

const program = new Command("pipewave")
  .description("Shows how pipelined neural networks execute: bubbles, initiation intervals, schedules.")
  .exitOverride()
  .showHelpAfterError("(--help shows what there is)")
  .configureHelp({ sortSubcommands: false });
await registerCommands(program, process.argv[2]);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Asking for help is no failure; commander has printed whatever there was to say.
  process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  if (process.exitCode === USAGE && process.argv.includes("--json")) {
    printJson({ error: { code: "usage", message: error.message.replace(/^error: /, "") } });
  }
}
