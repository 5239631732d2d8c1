/**
 * Everything an importer collects from a trace, as columns: spans, lanes, names, moments, counters and flows. The same for
 * every format; write-run.ts turns it into a run file. Times are ns from a base that the importer chose.
 */
import type { LaneKind } from "#common/model.ts";
import { ArgsArena } from "./args-arena.ts";
import { CollectedSpans } from "./collected-spans.ts";
import { ImportTally } from "./import-tally.ts";
import type { InternedTexts } from "./interned-texts.ts";
import { MomentColumns } from "./moment-columns.ts";
import { PairTable } from "./pair-table.ts";
import { UNSAID } from "./recognise/contract.ts";
import type { Recogniser } from "./recognise/contract.ts";

/** What metadata says of a process or a thread. */
export interface Described {
  name?: string | undefined;
  sortIndex?: number;
  labels?: string | undefined;
}

/** The file that a raw lane came from, and the place in the job that the file (or a person who speaks for it) states. */
export interface LaneFile {
  readonly file: string;
  readonly rank?: number | undefined;
  readonly replica?: number | undefined;
  /** A person said so: then it holds against everything that the trace says. */
  readonly isGiven?: boolean;
}

export class CollectedTrace {
  readonly texts: InternedTexts;
  /** Replaced by one that knows more rules, in the same places, where files of several formats come together. */
  recogniser: Recogniser;
  readonly spans: CollectedSpans;
  readonly arena = new ArgsArena();
  readonly tally = new ImportTally();
  /** (process, thread) texts; the id is the index of the raw lane. */
  readonly lanes: PairTable;
  /** Kinds of raw lanes that are no threads, by index. */
  readonly laneKinds = new Map<number, LaneKind>();
  /** (text, category) texts; the id is the name's. */
  readonly names: PairTable;
  /** (id, category) texts of async spans. */
  readonly asyncIds = new PairTable();
  readonly instants = new MomentColumns();
  readonly counters = new MomentColumns();
  readonly flows = new MomentColumns();
  /** By text of the process, and of the process and thread separated by a zero character. */
  readonly processes = new Map<string, Described>();
  readonly threads = new Map<string, Described>();
  /** By raw lane, for a trace that was put together from several files. */
  laneFiles: readonly LaneFile[] | undefined;
  /** Rank that the file itself states. */
  fileRank: number | undefined;
  /** What the file says of the job it belongs to, as the JSON that PyTorch writes (`distributedInfo`). */
  distributedInfo: string | undefined;
  /** Set for a plan that nobody has executed: the schedule's name. */
  plannedSchedule: string | undefined;
  /** Epoch ns of the importer's time base, where the trace says it. */
  baseEpochNs: bigint | undefined;
  /** Whether times should be counted from the earliest event instead of the base. */
  startsAtFirstEvent = false;

  constructor({
    texts,
    recogniser,
    spans,
    lanes = new PairTable(),
    names = new PairTable(),
  }: {
    readonly texts: InternedTexts;
    readonly recogniser: Recogniser;
    /** Room for spans, or how many there will be at a guess. */
    readonly spans: CollectedSpans | number;
    /** Tables that several pieces of a trace share. */
    readonly lanes?: PairTable;
    readonly names?: PairTable;
  }) {
    this.texts = texts;
    this.recogniser = recogniser;
    this.lanes = lanes;
    this.names = names;
    this.spans = typeof spans === "number" ? new CollectedSpans(spans) : spans;
  }

  nameOf(text: number, category: number): number {
    return this.names.add(text, category);
  }

  categoryOf(name: number): string | undefined {
    const category = this.names.second[name];
    return category === UNSAID ? undefined : this.texts.text(category);
  }

  /** Keeps bytes[from, to) as the arguments of a row. */
  keepArgs(
    row: number,
    { bytes, from, to }: { readonly bytes: Uint8Array; readonly from: number; readonly to: number },
  ): void {
    this.spans.setArgs(row, this.arena.add(bytes, from, to), to - from);
  }

  threadKey(process: string, thread: string): string {
    return `${process}\0${thread}`;
  }
}
