/** Run as a process of its own: starts a run file at the path given, says so, and never ends it. With a second argument it finishes. */
import { createRun } from "../../db/index.ts";
import { createEmptyArgs } from "../../db/columns/span-args.ts";
import { createSpanColumns } from "../../main/common/model.ts";
import { AppError } from "../../main/common/errors.ts";

const [path, mode] = process.argv.slice(2);
const columns = createSpanColumns(65_536);
try {
  const writer = createRun(path);
  writer.setRun({ name: "half", kind: "imported", sources: [], createdAtEpochMs: 0 });
  for (let chunk = 0; chunk < 100; chunk++) {
    for (let i = 0; i < columns.length; i++) {
      columns.start[i] = chunk * 1e9 + i * 1000;
      columns.duration[i] = Math.floor(Math.random() * 2 ** 32);
    }
    writer.appendSpans(columns, createEmptyArgs(columns.length));
  }
  if (mode === "finish") writer.finish();
  process.stdout.write("written\n");
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(error instanceof AppError ? `${error.code}\n` : `${String(error)}\n`);
}
