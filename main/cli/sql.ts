/**
 * `pipewave sql <run> "…"`: one reading statement on a run file.
 *
 * Ctrl-C ends the process as it ends any other: SQLite runs on this thread and nothing is being written.
 */
import type { Command } from "commander";

import { runCommand } from "./run-command.ts";
import type { CommonOptions } from "./run-command.ts";

export function registerSql(program: Command): void {
  program
    .command("sql")
    .summary("ask a run with SQL")
    .description(
      "Runs one SQL statement on a run file and prints its rows. Tables: run, stage, stage_edge, lane, name, instant, " +
        "counter, flow; span is every span, span_in(from_ns, to_ns, lane) those of a window, without a full scan.",
    )
    .argument("<run>", "run file, or a trace")
    .argument("<statement>", "a statement that reads")
    .option("--json", "print the rows as JSON objects")
    .addHelpText(
      "after",
      "\nExample:\n  pipewave sql run.pipewave \"select stage, count(*), avg(duration) from span where phase = 'compute' group by stage\"",
    )
    .action(async (run: string, statement: string, options: CommonOptions) => {
      await runCommand(options, async (context) => {
        const { withInput } = await import("./open-input.ts");
        const { describeRows, namedRows } = await import("./sql-text.ts");
        return withInput(run, { options: {}, context }, (reader) => {
          // While SQLite works, no handler of ours could run: the system's own one ends the process.
          for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
          const result = reader.query(statement);
          return { document: namedRows(result), text: () => describeRows(result) };
        });
      });
    });
}
