/**
 * Writer of Chrome Trace Event JSON: the exports and the runner write through this one file.
 *
 * Layout: `{"pipewave":{…},"displayTimeUnit":"ns","traceEvents":[`, one event a line, `]}`. The format itself cannot say what
 * a run is, so exports and the runner say it in `pipewave`, before the events, for a reader that streams.
 *
 * How an importer reads a file whose first member is `pipewave` (`PipewaveObject`; refuse a `version` that it does not know):
 * - the run row, stages, edges, lanes and names are taken from it as they stand, sources and creation time included: an
 *   export is the same run in another form. Nothing is recognised, numbered, renamed or packed anew;
 * - `tid` of an event is the id of its lane, `pid` its index in `processes`; `ts` counts from the run's origin in µs with
 *   0 or 3 decimals: integer ns, exactly. An instant without `tid` has no lane;
 * - facts of a span are the LAST member of its args, `"pipewave":{"stage":3,"batch":0,…}` (`SpanFacts`; absent fields are
 *   "none", `op` is for human readers only). There are no braces and no escapes inside, so that the last `{` of the args
 *   begins them. The span's own args are what remains when that member and the comma before it are cut out byte by byte; if
 *   `{}` remains, the span had no args. Args `{}` are written as no args at all. Own args that are no object are written as
 *   `{"$args":…,"pipewave":{"bareArgs":true,…}}`;
 * - a name is its index in `names`, matched by text and category; names that only the table has are kept;
 * - events come as metadata (process and thread names for other viewers, of no use to an importer), spans in canonical
 *   order, instants, counter samples, flows, each in the order of the run file, which the importer keeps;
 * - samples of one counter at one time share an event, in the order of its args; `bp` is `e` for `enclosing`, else absent.
 *
 * This file refuses to know files, streams or rows: it hands text to `write`, in pieces.
 */
import type { Lane, Op, Pass, Phase, RunKind, SourceFile, Stage, StageEdge } from "./model.ts";

export const PIPEWAVE_OBJECT_VERSION = 1;

/** What Chrome's format has no words for. Ids are positions: lane i, stage i and name i are entry i. */
export interface PipewaveObject {
  readonly version: typeof PIPEWAVE_OBJECT_VERSION;
  readonly run: {
    readonly name: string;
    readonly kind: RunKind;
    readonly sources: readonly SourceFile[];
    /** Decimal text of `EpochNs`. */
    readonly originEpochNs?: string;
    readonly network?: string;
    readonly schedule?: string;
    readonly derivedFrom?: string;
    readonly createdAtEpochMs: number;
  };
  /** Process texts of lanes and counters; `pid` of an event is an index here. */
  readonly processes: readonly string[];
  readonly stages: readonly Stage[];
  readonly edges: readonly StageEdge[];
  readonly lanes: readonly Lane[];
  readonly names: readonly { readonly text: string; readonly category?: string }[];
}

/** What was recognised of a span, as the member `pipewave` of its args. Absent: none. */
export interface SpanFacts {
  /** Id of the stage. */
  readonly stage?: number;
  readonly batch?: number;
  readonly iteration?: number;
  readonly pass?: Pass;
  readonly phase?: Phase;
  /** Op of the stage, for people who read the file in another viewer. */
  readonly op?: Op;
  /** The span's own args are no object: they are the value of `$args`. */
  readonly bareArgs?: true;
}

interface Named {
  readonly name: string;
  readonly category?: string | undefined;
}

/** A complete event (`X`). Times are integer ns. `args` and `factsText` are JSON object texts. */
export interface TraceSpan extends Named {
  readonly pid: number;
  readonly tid: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly args?: string | undefined;
  /** Text of the span's `SpanFacts`; equal facts may share one text. */
  readonly factsText?: string | undefined;
}

export interface TraceInstant extends Named {
  readonly pid: number;
  readonly tid?: number | undefined;
  readonly atNs: number;
  readonly scope: "thread" | "process" | "global";
  readonly args?: string | undefined;
}

export interface TraceCounter extends Named {
  readonly pid: number;
  readonly atNs: number;
  /** Series in order; distinct names. */
  readonly series: readonly (readonly [name: string, value: number])[];
}

export interface TraceFlow extends Named {
  readonly pid: number;
  readonly tid: number;
  readonly atNs: number;
  readonly flow: string;
  readonly step: "start" | "step" | "end";
  readonly binding: "enclosing" | "next";
}

/** Events are written as they come; `end` closes the document and must be the last call. */
export interface ChromeTraceWriter {
  processName(at: { pid: number; name: string }): void;
  threadName(at: { pid: number; tid: number; name: string; sortIndex?: number }): void;
  span(span: TraceSpan): void;
  instant(instant: TraceInstant): void;
  counter(counter: TraceCounter): void;
  flow(flow: TraceFlow): void;
  end(): void;
}

const SCOPES = { thread: "t", process: "p", global: "g" } as const;
const FLOW_STEPS = { start: "s", step: "t", end: "f" } as const;

/**
 * Integer ns as µs: `12`, or `12.345` where the ns do not divide by 1,000. Exact for every safe integer.
 * @internal Tests check that no ns is lost.
 */
export function microsecondsText(ns: number): string {
  const whole = Math.floor(Math.abs(ns) / 1000);
  const rest = Math.abs(ns) % 1000;
  const sign = ns < 0 ? "-" : "";
  if (rest === 0) return whole === 0 ? "0" : `${sign}${whole}`;
  return `${sign}${whole}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}

/**
 * Joins a span's own args and its facts as described above; undefined when there are neither.
 * @internal Tests check that args survive byte for byte.
 */
export function joinArgs({
  args,
  factsText,
}: {
  args?: string | undefined;
  factsText?: string | undefined;
}): string | undefined {
  if (args?.startsWith("{") === false) {
    if (factsText === undefined) return args;
    return `{"$args":${args},"pipewave":{"bareArgs":true${factsText === "{}" ? "" : ","}${factsText.slice(1)}}`;
  }
  const own = args === undefined ? "" : args.slice(0, args.lastIndexOf("}"));
  const isEmpty = own.trim().length <= 1;
  if (factsText === undefined && isEmpty) return undefined;
  // Own args that end like ours would be taken for facts: empty facts behind them say that they are none.
  if (factsText === undefined) return args?.includes('"pipewave"') === true ? `${own},"pipewave":{}}` : args;
  return isEmpty ? `{"pipewave":${factsText}}` : `${own},"pipewave":${factsText}}`;
}

/**
 * Begins a document.
 * @param write takes the next piece of text, of about `pieceLength` characters; the pieces joined are the document
 */
export function createChromeTraceWriter({
  write,
  pipewave,
  pieceLength = 65_536,
}: {
  write: (text: string) => void;
  pipewave?: PipewaveObject;
  pieceLength?: number;
}): ChromeTraceWriter {
  let piece = `{${pipewave === undefined ? "" : `"pipewave":${JSON.stringify(pipewave)},`}"displayTimeUnit":"ns","traceEvents":[\n`;
  let separator = "";
  /** `"name":…,"cat":…` by category and name, because a trace has few names and many events. */
  const heads = new Map<string | undefined, Map<string, string>>();

  function head({ name, category }: Named): string {
    let ofCategory = heads.get(category);
    if (ofCategory === undefined) heads.set(category, (ofCategory = new Map<string, string>()));
    const known = ofCategory.get(name);
    if (known !== undefined) return known;
    const text = `"name":${JSON.stringify(name)}${category === undefined ? "" : `,"cat":${JSON.stringify(category)}`}`;
    ofCategory.set(name, text);
    return text;
  }

  function event(text: string): void {
    piece += separator + text;
    separator = ",\n";
    if (piece.length < pieceLength) return;
    write(piece);
    piece = "";
  }

  const argsMember = (args: string | undefined): string => (args === undefined ? "" : `,"args":${args}`);
  const metadata = ({ kind, pid, tid, args }: { kind: string; pid: number; tid?: number; args: object }): void =>
    event(
      `{"ph":"M","name":"${kind}","pid":${pid}${tid === undefined ? "" : `,"tid":${tid}`},"args":${JSON.stringify(args)}}`,
    );

  return {
    processName({ pid, name }) {
      metadata({ kind: "process_name", pid, args: { name } });
    },
    threadName({ pid, tid, name, sortIndex }) {
      metadata({ kind: "thread_name", pid, tid, args: { name } });
      if (sortIndex !== undefined) metadata({ kind: "thread_sort_index", pid, tid, args: { sort_index: sortIndex } });
    },
    span(span) {
      const times = `"ts":${microsecondsText(span.startNs)},"dur":${microsecondsText(span.durationNs)}`;
      event(`{"ph":"X",${head(span)},"pid":${span.pid},"tid":${span.tid},${times}${argsMember(joinArgs(span))}}`);
    },
    instant(instant) {
      const tid = instant.tid === undefined ? "" : `,"tid":${instant.tid}`;
      const at = `"pid":${instant.pid}${tid},"ts":${microsecondsText(instant.atNs)}`;
      event(`{"ph":"i",${head(instant)},${at},"s":"${SCOPES[instant.scope]}"${argsMember(instant.args)}}`);
    },
    counter(counter) {
      const series = counter.series.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
      const at = `"pid":${counter.pid},"ts":${microsecondsText(counter.atNs)}`;
      event(`{"ph":"C",${head(counter)},${at},"args":{${series.join(",")}}}`);
    },
    flow(flow) {
      const at = `"pid":${flow.pid},"tid":${flow.tid},"ts":${microsecondsText(flow.atNs)}`;
      const binding = flow.binding === "enclosing" ? ',"bp":"e"' : "";
      event(`{"ph":"${FLOW_STEPS[flow.step]}",${head(flow)},${at},"id":${JSON.stringify(flow.flow)}${binding}}`);
    },
    end() {
      write(`${piece}\n]}\n`);
      piece = "";
    },
  };
}
