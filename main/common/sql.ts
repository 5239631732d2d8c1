/** SQL in the window: what a statement gives, what may be asked, and the tables of a run file in words. Shapes only. */

/** As SQLite gives them; bytes as text, `x'0aff'`. */
export type SqlCell = number | string | null;

export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
  /** There were more rows than were asked for. */
  readonly more: boolean;
  readonly elapsedMs: number;
}

/** Rows that a window asks for at most, and the time that a statement has. */
export const MOST_SQL_ROWS = 10_000;
export const SQL_TIME_LIMIT_MS = 30_000;

interface SqlTable {
  readonly name: string;
  readonly what: string;
  readonly columns: readonly string[];
}

/** Of both tables of spans. Times are ns; pass and phase are words, null when the span is no pipeline work. */
export const SPAN_COLUMNS = [
  "id",
  "lane",
  "depth",
  "start",
  "duration",
  "name",
  "category",
  "stage",
  "batch",
  "iteration",
  "pass",
  "phase",
  "rank",
  "replica",
  "args",
] as const;

/** What a person asks of; the tables that only serve drawing are left out. Times are ns from the run's origin. */
export const SQL_TABLES: readonly SqlTable[] = [
  { name: "span", what: "every span, one row each", columns: SPAN_COLUMNS },
  {
    name: "span_in(from_ns, to_ns, lane)",
    what: "spans that touch a window, without reading the others",
    columns: SPAN_COLUMNS,
  },
  { name: "stage", what: "blocks or model chunks", columns: ["id", "name", "op", "ordinal", "rank", "flops"] },
  { name: "stage_edge", what: "which stage feeds which", columns: ["from_stage", "to_stage"] },
  {
    name: "lane",
    what: "threads and streams",
    columns: [
      "id",
      "ordinal",
      "kind",
      "process",
      "thread",
      "process_name",
      "thread_name",
      "device",
      "replica",
      "rank",
      "overflow_of",
    ],
  },
  { name: "name", what: "names of events", columns: ["id", "text", "category"] },
  { name: "instant", what: "moments", columns: ["id", "at", "lane", "name", "scope", "args"] },
  { name: "counter", what: "samples of counters", columns: ["id", "at", "process", "name", "series", "value"] },
  { name: "flow", what: "ends of arrows", columns: ["id", "at", "lane", "name", "flow", "step", "binding"] },
  {
    name: "note",
    what: "what people have written",
    columns: ["id", "at", "until", "lane", "span", "text", "created_at_epoch_ms"],
  },
  {
    name: "run",
    what: "the run itself, one row",
    columns: ["name", "kind", "origin_epoch_ns", "extent_start", "extent_end", "network", "schedule", "span_count"],
  },
];
