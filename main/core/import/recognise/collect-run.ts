/**
 * Puts the spans of a run file back to where they were before anything was recognised, file by file, and recognises them by
 * other rules: the traces that were imported are not needed. What recognition had added (device time of host annotations,
 * twins of fused spans) is left out, because it will be added anew. Times stay, but for clocks that messages can set now.
 */
import type { ImportedFile } from "#common/report.ts";
import type { RunReader } from "../../../../db/index.ts";
import { refineAgain } from "../clock/align-clocks.ts";
import { CollectedTrace } from "../collected-trace.ts";
import { stemOfTrace } from "../trace-name.ts";
import { nameLaneFiles, TraceMerger } from "../folder/merge-parts.ts";
import { packTrace } from "../folder/trace-part.ts";
import { InternedTexts } from "../interned-texts.ts";
import { projectAnnotations } from "../kineto/project-annotations.ts";
import { PROJECTED_CATEGORY } from "../projection/project-ranges.ts";
import type { LanePlace, RunFile } from "./collected-file.ts";
import { collectMoments } from "./collect-moments.ts";
import { UNSAID } from "./contract.ts";
import type { Recognised } from "./contract.ts";
import { fillSlots } from "./fill-slots.ts";
import { KernelMemory } from "./kernel-memory.ts";
import { createRecogniser } from "./recogniser.ts";
import type { Rule } from "./rule.ts";
import { NCCL_FALLBACK_RULES } from "./rules.ts";
import { readArguments } from "./stored-arguments.ts";
import { createTwinTest } from "./twin-test.ts";

export interface CollectRunOptions {
  readonly rules: readonly Rule[];
  /** Called between chunks with the share that is done. */
  readonly onChunk: (share: number) => Promise<void>;
}

export interface CollectedRun {
  readonly trace: CollectedTrace;
  /** Of a run of several files: their places and clocks by these rules. */
  readonly files?: readonly ImportedFile[];
}

/** @throws what `onChunk` throws, to stop */
export async function collectRun(reader: RunReader, { rules, onChunk }: CollectRunOptions): Promise<CollectedRun> {
  const all = [...rules, ...NCCL_FALLBACK_RULES.filter(({ name }) => !rules.some((rule) => rule.name === name))];
  const listed = reader.importReport?.files?.filter(({ failure }) => failure === undefined) ?? [];
  const isMany = listed.length > 1;
  const files = isMany
    ? listed.map(({ file, format = "" }) => openFile(reader, { name: file, format, rules: all }))
    : [openFile(reader, { name: "", format: reader.importReport?.format ?? "", rules: all })];
  const places = placeLanes(reader, { files, isMany });
  const isTwin = createTwinTest(reader);
  const said: Recognised[] = [];
  for (const { index } of reader.chunks) {
    const columns = reader.readChunk(index);
    const args = readArguments(reader, index, columns);
    for (let span = 0; span < columns.length; span++) {
      const name = columns.name[span];
      const text = args.textOf(span);
      if (reader.names[name].category === PROJECTED_CATEGORY || isTwin(columns, span, text.length)) continue;
      const { file, lane } = places[columns.lane[span]];
      const { trace, texts, slots, names, kernels } = file;
      const { spans, recogniser, tally } = trace;
      const open = (): number => {
        const row = spans.open(columns.start[span], lane, names[name].id);
        spans.close(row, columns.duration[span]);
        return row;
      };
      const row = open();
      tally.spans++;
      if (text.length > 0) spans.setArgs(row, trace.arena.add(text, 0, text.length), text.length);
      if (kernels.keep(row, columns, span)) continue;
      fillSlots(slots, args.valuesOf(span), { argKeys: recogniser.argKeys, texts });
      const actions = recogniser.recognise(names[name].text, names[name].category, slots, said);
      if (actions > 0) spans.recognise(row, said[0]);
      for (let action = 1; action < actions; action++) {
        spans.recognise(open(), said[action]);
        tally.repair("split off {n} spans from fused ones: one for each action");
      }
    }
    await onChunk((index + 1) / reader.chunks.length);
  }
  collectMoments(reader, { files, places });
  for (const { format, trace, kernels } of files) {
    if (format.includes("kineto")) projectAnnotations(trace);
    kernels.recall();
  }
  const collected = isMany ? mergeFiles(reader, { files, rules: all }) : { trace: files[0].trace };
  collected.trace.baseEpochNs = reader.run.originEpochNs;
  collected.trace.startsAtFirstEvent = false;
  return collected;
}

function openFile(
  reader: RunReader,
  { name, format, rules }: { name: string; format: string; rules: readonly Rule[] },
): RunFile {
  const texts = new InternedTexts();
  const recogniser = createRecogniser({ rules, texts });
  const trace = new CollectedTrace({ texts, recogniser, spans: 1024 });
  const names = reader.names.map(({ text, category }) => {
    const ids = { text: texts.add(text), category: category === undefined ? UNSAID : texts.add(category) };
    return { ...ids, id: trace.nameOf(ids.text, ids.category) };
  });
  const { length } = recogniser.argKeys;
  const slots = { kind: new Uint8Array(length), value: new Float64Array(length) };
  return { name, format, trace, texts, names, slots, kernels: new KernelMemory(reader, trace) };
}

/** Sub-lanes go back into their lane. In a run of several files a process is called by its file first: that comes off. */
function placeLanes(
  reader: RunReader,
  { files, isMany }: { files: readonly RunFile[]; isMany: boolean },
): readonly LanePlace[] {
  return reader.lanes.map(({ overflowOf, ...own }) => {
    const { process, thread, processName, threadName, device, kind, ordinal } =
      overflowOf === undefined ? own : reader.lanes[overflowOf];
    const file = isMany
      ? (files.find(({ name }) => process.startsWith(`${stemOfTrace(name)}:`)) ?? files[0])
      : files[0];
    const { trace, texts } = file;
    const bare = isMany ? process.slice(stemOfTrace(file.name).length + 1) : process;
    const lane = trace.lanes.add(texts.add(bare), texts.add(thread));
    trace.laneKinds.set(lane, kind);
    const known = trace.processes.get(bare);
    trace.processes.set(bare, {
      name: processName,
      labels: device,
      sortIndex: Math.min(ordinal, known?.sortIndex ?? ordinal),
    });
    trace.threads.set(trace.threadKey(bare, thread), { name: threadName, sortIndex: ordinal });
    return { file, lane };
  });
}

/** One trace again, with the places of the files as they were found at the import. */
function mergeFiles(
  reader: RunReader,
  { files, rules }: { files: readonly RunFile[]; rules: readonly Rule[] },
): CollectedRun {
  const merger = new TraceMerger({ rules, capacity: Math.max(1024, reader.spanCount) });
  files.forEach(({ name, format, trace }, index) => {
    const source = reader.run.sources[index];
    merger.add(packTrace({ format, trace, source, rules }), name);
  });
  const merged = merger.finish();
  const listed = reader.importReport?.files ?? [];
  nameLaneFiles(merged, ({ name }) => {
    const known = listed.find(({ file }) => file === name);
    return { rank: known?.rank, replica: known?.replica, isGiven: known?.placeIsGiven === true };
  });
  return { trace: merged.trace, files: refineAgain(merged, listed) };
}
