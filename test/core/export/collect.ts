/** Runs an export into memory, and reads everything of a run file, for comparison. */
import { SPAN_COLUMNS } from "#common/model.ts";

import { openRun } from "../../../db/index.ts";
import type { RunReader } from "../../../db/index.ts";
import type { ExportOutput } from "../../../main/core/export/output.ts";

/** Calls `use` with an open run and closes it. */
export async function withRun<Result>(
  file: string,
  use: (reader: RunReader) => Promise<Result> | Result,
): Promise<Result> {
  const reader = openRun(file);
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

/** An output that keeps what is written. */
export function collectOutput(): ExportOutput & { text(): string } {
  const pieces: Buffer[] = [];
  return {
    write: (piece) => Promise.resolve(void pieces.push(Buffer.from(piece))),
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve(),
    text: () => Buffer.concat(pieces).toString(),
  };
}

/** The whole model of a run file, as plain data. */
export function readModel(file: string, { depth = true } = {}): Promise<unknown> {
  return withRun(file, (reader) => {
    const spans = reader.readAllSpans();
    const columns = SPAN_COLUMNS.filter((column) => depth || column !== "depth");
    return {
      run: reader.run,
      stages: reader.stages,
      edges: reader.edges,
      lanes: reader.lanes,
      names: reader.names,
      spans: columns.map((column) => [column, Array.from(spans[column])]),
      args: Array.from({ length: spans.length }, (_, i) => reader.readArgs(i as never)),
      instants: reader.instants(),
      counters: reader.counters(),
      flows: reader.flows(),
    };
  });
}
