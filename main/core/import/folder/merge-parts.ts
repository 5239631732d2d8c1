/**
 * Puts the parts of several files together into one collected trace, column by column. Texts and names become common, every
 * lane stays apart: processes are called by their file too, because ranks of one job often share process numbers. Times stay
 * as each file has them; clock/ brings them together afterwards.
 */
import { CollectedTrace } from "../collected-trace.ts";
import type { LaneFile } from "../collected-trace.ts";
import { InternedTexts } from "../interned-texts.ts";
import type { MomentColumns } from "../moment-columns.ts";
import { UNSAID } from "../recognise/contract.ts";
import { createRecogniser } from "../recognise/recogniser.ts";
import type { Rule } from "../recognise/rule.ts";
import { stemOfTrace } from "../trace-name.ts";
import type { MomentPart, TracePart } from "./trace-part.ts";

/** Rows [from, to) of a merged trace that came from one file. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** What a merged trace must remember of a file, to place it in the job and in time. */
export interface MergedFile extends Pick<
  TracePart,
  "format" | "source" | "fileRank" | "distributedInfo" | "baseEpochNs" | "plannedSchedule"
> {
  /** What a person calls it: its name, with as much of its path as tells it from the others. */
  readonly name: string;
  readonly spans: number;
  readonly rows: Rows;
  readonly instants: Rows;
  readonly counters: Rows;
  readonly flows: Rows;
  /** Raw lanes. */
  readonly lanes: Rows;
}

export interface MergedTrace {
  readonly trace: CollectedTrace;
  readonly files: readonly MergedFile[];
}

/** Takes parts one after the other; their memory is free as soon as they are in. */
export class TraceMerger {
  readonly #rules: Rule[];
  readonly #texts = new InternedTexts();
  readonly #files: MergedFile[] = [];
  readonly #trace: CollectedTrace;

  /** @param rules by which files are recognised; those that only some formats have are learnt from the parts */
  constructor({ rules, capacity }: { rules: readonly Rule[]; capacity: number }) {
    this.#rules = [...rules];
    const recogniser = createRecogniser({ rules, texts: this.#texts });
    this.#trace = new CollectedTrace({ texts: this.#texts, recogniser, spans: capacity });
  }

  /** @param name of the file, different from all others */
  add(part: TracePart, name: string): void {
    const trace = this.#trace;
    const label = stemOfTrace(name);
    const textOf = Int32Array.from(part.texts, (text) => this.#texts.add(text));
    const common = (text: number) => (text < 0 ? text : textOf[text]);
    const processOf = (process: number) => this.#texts.add(`${label}:${process < 0 ? "" : part.texts[process]}`);
    const laneOf = Int32Array.from(part.lanes.first, (process, lane) =>
      trace.lanes.add(processOf(process), common(part.lanes.second[lane])),
    );
    const nameOf = Int32Array.from(part.names.first, (text, name) =>
      trace.nameOf(common(text), common(part.names.second[name])),
    );
    for (const [lane, kind] of part.laneKinds) trace.laneKinds.set(laneOf[lane], kind);
    this.#describe(part, processOf);
    const argsShift = trace.arena.append(part.argBlocks);
    const rows = this.#addSpans(part, { laneOf, nameOf, argsShift });
    const instants = addMoments(part.instants, trace.instants, (moment) => ({
      ...moment,
      place: laneOf[moment.place],
      name: nameOf[moment.name],
      key: common(moment.key),
      value: moment.size === 0 ? 0 : moment.value + argsShift,
    }));
    const counters = addMoments(part.counters, trace.counters, (moment) => ({
      ...moment,
      place: moment.place < 0 ? UNSAID : processOf(moment.place),
      name: nameOf[moment.name],
      key: common(moment.key),
    }));
    const flows = addMoments(part.flows, trace.flows, (moment) => ({
      ...moment,
      place: laneOf[moment.place],
      name: nameOf[moment.name],
      // The same id in two files is two arrows.
      key: this.#texts.add(`${label}:${moment.key < 0 ? "" : part.texts[moment.key]}`),
    }));
    trace.tally.add(part.tally);
    this.#files.push({
      name,
      format: part.format,
      source: part.source,
      fileRank: part.fileRank,
      distributedInfo: part.distributedInfo,
      baseEpochNs: part.baseEpochNs,
      plannedSchedule: part.plannedSchedule,
      spans: part.tally.counts.spans,
      rows,
      instants,
      counters,
      flows,
      lanes: { from: trace.lanes.size - laneOf.length, to: trace.lanes.size },
    });
  }

  /** The whole trace; which file its lanes come from, `nameLaneFiles` tells it. */
  finish(): MergedTrace {
    return { trace: this.#trace, files: this.#files };
  }

  #describe(part: TracePart, processOf: (process: number) => number): void {
    const trace = this.#trace;
    const idOf = new Map(part.texts.map((text, id) => [text, id]));
    const nameOf = (process: string) => this.#texts.text(processOf(idOf.get(process) ?? UNSAID));
    for (const [process, described] of part.processes) trace.processes.set(nameOf(process), described);
    for (const [key, described] of part.threads) {
      const [process, thread = ""] = key.split("\0");
      trace.threads.set(trace.threadKey(nameOf(process), thread), described);
    }
  }

  #addSpans(
    part: TracePart,
    { laneOf, nameOf, argsShift }: { laneOf: Int32Array; nameOf: Int32Array; argsShift: number },
  ): Rows {
    this.#learnRules(part.rules);
    const { spans } = this.#trace;
    const ruleOf = part.rules.map(({ name }) => this.#rules.findIndex((rule) => rule.name === name));
    const from = spans.length;
    for (let at = 0; at < part.length; at++) {
      const row = spans.open(part.start[at], laneOf[part.lane[at]], nameOf[part.name[at]]);
      if (part.duration[at] >= 0) spans.close(row, part.duration[at]);
      const argsLength = part.args?.length[at] ?? 0;
      if (part.args !== undefined && argsLength > 0) spans.setArgs(row, part.args.at[at] + argsShift, argsLength);
    }
    spans.recognised.append(from, part.recognised, (rule) => (rule < 0 ? rule : ruleOf[rule]));
    return { from, to: spans.length };
  }

  /** Formats have rules of their own behind the common ones: those that were not met yet come last. */
  #learnRules(rules: readonly Rule[]): void {
    const unknown = rules.filter(({ name }) => !this.#rules.some((rule) => rule.name === name));
    if (unknown.length === 0) return;
    this.#rules.push(...unknown);
    this.#trace.recogniser = createRecogniser({ rules: this.#rules, texts: this.#texts });
  }
}

interface Moment {
  readonly place: number;
  readonly name: number;
  readonly key: number;
  readonly value: number;
  readonly size: number;
}

/** Puts moments behind others, with the ids of the common tables. */
export function addMoments(
  part: MomentPart | undefined,
  into: MomentColumns,
  translate: (moment: Moment) => Moment,
): Rows {
  const from = into.length;
  for (let at = 0; part !== undefined && at < part.length; at++) {
    const { place, name, key, value, size } = translate({
      place: part.place[at],
      name: part.name[at],
      key: part.key[at],
      value: part.value[at],
      size: part.size[at],
    });
    into.add(part.at[at], place, name, key, part.kind[at], value, size);
  }
  return { from, to: into.length };
}

/** Says of every raw lane which file it came from, and the place that is known of that file. */
export function nameLaneFiles(
  { trace, files }: MergedTrace,
  placeOf: (file: MergedFile, index: number) => Omit<LaneFile, "file">,
): void {
  trace.laneFiles = files.flatMap((file, index) => {
    const from = { file: file.name, ...placeOf(file, index) };
    return Array.from({ length: file.lanes.to - file.lanes.from }, () => from);
  });
}
