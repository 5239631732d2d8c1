/**
 * Exports a whole run as Chrome Trace Event JSON: spans with what was recognised of them, instants, counters, flows, and the
 * `pipewave` object that lets an importer restore the run exactly (main/common/chrome-trace.ts says how).
 *
 * The same run gives the same bytes. Nothing about the time or place of the export is written.
 */
import { createChromeTraceWriter, PIPEWAVE_OBJECT_VERSION } from "#common/chrome-trace.ts";
import type { ChromeTraceWriter, PipewaveObject, SpanFacts } from "#common/chrome-trace.ts";
import { NONE } from "#common/ids.ts";
import { PASSES, PHASES } from "#common/model.ts";
import type { CounterSample, SpanColumns, Stage } from "#common/model.ts";

import type { RunReader } from "../../../db/index.ts";
import type { ExportOutput } from "./output.ts";
import { walkSpans } from "./span-texts.ts";
import type { ExportContext, SpanChunk } from "./span-texts.ts";

/** Spans between two waits for the output: about 1 MB of text. */
const SPANS_PER_WAIT = 4_096;

/** @throws AppError of the reader and of the output; the signal's reason. The caller finishes or aborts the output. */
export async function exportChromeTrace(
  reader: RunReader,
  { output, signal, onProgress }: { output: ExportOutput } & ExportContext,
): Promise<void> {
  const pipewave = describeRun(reader);
  const pieces: string[] = [];
  const writer = createChromeTraceWriter({ write: (text) => void pieces.push(text), pipewave });
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    const text = pieces.join("");
    pieces.length = 0;
    if (text !== "") await output.write(text);
  };
  writeNames(writer, reader, pipewave);
  for (const chunk of walkSpans(reader)) {
    for (let from = 0; from < chunk.columns.length; from += SPANS_PER_WAIT) {
      writeSpans(writer, reader, { chunk, pipewave, from, to: Math.min(from + SPANS_PER_WAIT, chunk.columns.length) });
      await flush();
    }
    onProgress?.({ step: "writing spans", share: (chunk.firstSpan + chunk.columns.length) / reader.spanCount });
  }
  writeMoments(writer, reader, pipewave);
  await flush();
  writer.end();
  await flush();
}

function describeRun(reader: RunReader): PipewaveObject {
  const { run, stages, edges, lanes, names } = reader;
  const { extent: _, originEpochNs, ...kept } = run;
  const processes = new Set([...lanes, ...reader.counters()].map(({ process }) => process));
  return {
    version: PIPEWAVE_OBJECT_VERSION,
    run: { ...kept, ...(originEpochNs === undefined ? {} : { originEpochNs: originEpochNs.toString() }) },
    processes: [...processes],
    stages,
    edges,
    lanes,
    names: names.map(({ text, category }) => (category === undefined ? { text } : { text, category })),
  };
}

/** Names of processes and threads, for other viewers. */
function writeNames(writer: ChromeTraceWriter, { lanes }: RunReader, { processes }: PipewaveObject): void {
  processes.forEach((process, pid) => {
    const named = lanes.find((lane) => lane.process === process && lane.processName !== undefined);
    writer.processName({ pid, name: named?.processName ?? process });
  });
  for (const { id, ordinal, process, thread, threadName } of lanes) {
    writer.threadName({ pid: processes.indexOf(process), tid: id, name: threadName ?? thread, sortIndex: ordinal });
  }
}

function writeSpans(
  writer: ChromeTraceWriter,
  { names, lanes, stages }: RunReader,
  { chunk, pipewave, from, to }: { chunk: SpanChunk; pipewave: PipewaveObject; from: number; to: number },
): void {
  const { columns } = chunk;
  const pidOf = lanes.map(({ process }) => pipewave.processes.indexOf(process));
  for (let i = from; i < to; i += 1) {
    const tid = columns.lane[i];
    const { text, category } = names[columns.name[i]];
    writer.span({
      name: text,
      category,
      pid: pidOf[tid],
      tid,
      startNs: columns.start[i],
      durationNs: columns.duration[i],
      args: chunk.argsAt(i),
      factsText: factsOf(columns, i, stages),
    });
  }
}

function factsOf(columns: SpanColumns, i: number, stages: readonly Stage[]): string | undefined {
  const stage = columns.stage[i];
  const facts: SpanFacts = {
    ...(stage === NONE ? {} : { stage }),
    ...(columns.batch[i] === NONE ? {} : { batch: columns.batch[i] }),
    ...(columns.iteration[i] === NONE ? {} : { iteration: columns.iteration[i] }),
    ...(columns.pass[i] === 0 ? {} : { pass: PASSES[columns.pass[i]] }),
    ...(columns.phase[i] === 0 ? {} : { phase: PHASES[columns.phase[i]] }),
    ...(stage === NONE ? {} : { op: stages[stage].op }),
  };
  const text = JSON.stringify(facts);
  return text === "{}" ? undefined : text;
}

function writeMoments(writer: ChromeTraceWriter, reader: RunReader, { processes }: PipewaveObject): void {
  const { names, lanes } = reader;
  const pidOfLane = (lane: number): number => processes.indexOf(lanes[lane].process);
  const nameOf = (id: number): { name: string; category: string | undefined } => ({
    name: names[id].text,
    category: names[id].category,
  });
  for (const { at, lane, name, scope, args } of reader.instants()) {
    const pid = lane === undefined ? 0 : pidOfLane(lane);
    writer.instant({ ...nameOf(name), pid, tid: lane, atNs: at, scope, args });
  }
  for (const samples of groupSamples(reader.counters())) {
    const { at, process, name } = samples[0];
    const series = samples.map((sample) => [sample.series, sample.value] as const);
    writer.counter({ ...nameOf(name), pid: processes.indexOf(process), atNs: at, series });
  }
  for (const { at, lane, name, flow, step, binding } of reader.flows()) {
    writer.flow({ ...nameOf(name), pid: pidOfLane(lane), tid: lane, atNs: at, flow, step, binding });
  }
}

/** Neighbours of one counter at one time, as long as no series comes twice: one event each. */
function* groupSamples(samples: readonly CounterSample[]): Generator<readonly [CounterSample, ...CounterSample[]]> {
  let group: [CounterSample, ...CounterSample[]] | undefined;
  for (const sample of samples) {
    const [head] = group ?? [];
    const belongs =
      head?.at === sample.at &&
      head.name === sample.name &&
      head.process === sample.process &&
      group?.every(({ series }) => series !== sample.series) === true;
    if (belongs) group?.push(sample);
    else {
      if (group !== undefined) yield group;
      group = [sample];
    }
  }
  if (group !== undefined) yield group;
}
