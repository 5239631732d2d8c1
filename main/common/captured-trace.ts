/** A captured run as Chrome Trace Event JSON: what the runner writes on a machine that has no Pipewave. */
import { createChromeTraceWriter, type PipewaveObject, type SpanFacts } from "./chrome-trace.ts";
import type { CapturedRun } from "./captured-run.ts";
import { PASSES, PHASES } from "./model.ts";

/** Writes the whole document in pieces. */
export function writeCapturedTrace(captured: CapturedRun, write: (text: string) => void): void {
  const { run, stages, edges, lanes, names, columns, args } = captured;
  const processes = [...new Set(lanes.map(({ process }) => process))];
  const pipewave: PipewaveObject = {
    version: 1,
    run: {
      name: run.name,
      kind: run.kind,
      sources: run.sources,
      ...(run.originEpochNs === undefined ? {} : { originEpochNs: run.originEpochNs.toString() }),
      ...(run.network === undefined ? {} : { network: run.network }),
      ...(run.schedule === undefined ? {} : { schedule: run.schedule }),
      createdAtEpochMs: run.createdAtEpochMs,
    },
    processes,
    stages,
    edges,
    lanes,
    names: names.map(({ text, category }) => ({ text, ...(category === undefined ? {} : { category }) })),
  };
  const writer = createChromeTraceWriter({ write, pipewave });
  for (const [pid, name] of processes.entries()) writer.processName({ pid, name });
  for (const { id, process, thread, ordinal } of lanes) {
    writer.threadName({ pid: processes.indexOf(process), tid: id, name: thread, sortIndex: ordinal });
  }
  for (let i = 0; i < columns.length; i++) {
    const lane = lanes[columns.lane[i]];
    const { text, category } = names[columns.name[i]];
    const facts: SpanFacts = {
      stage: columns.stage[i],
      batch: columns.batch[i],
      iteration: columns.iteration[i],
      pass: PASSES[columns.pass[i]],
      phase: PHASES[columns.phase[i]],
      op: stages[columns.stage[i]].op,
    };
    writer.span({
      name: text,
      category,
      pid: processes.indexOf(lane.process),
      tid: lane.id,
      startNs: columns.start[i],
      durationNs: columns.duration[i],
      args: args[i],
      factsText: JSON.stringify(facts),
    });
  }
  writer.end();
}
