/**
 * Rows of a table of spans on their way into a trace, whatever wrote them down. A row that is no span is skipped with its
 * reason. Clocks that count from the epoch are counted from the first row's start, so that every ns stays exact.
 */
import { FARTHEST_NS, SpanCollector } from "../collect-span.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import type { SpanColumnsByName, TimeColumn } from "./columns.ts";
import { exactNs } from "./exact-time.ts";

/** A cell as text or number; undefined for an empty one. */
export type CellOf = (key: string) => unknown;

/** Clocks beyond this (ns, 52 days) are counted from the first row. */
const LARGE_CLOCK_NS = BigInt(FARTHEST_NS);
/** Clocks beyond this (ns, 2001) can only be the epoch's. */
const EPOCH_CLOCK_NS = 10n ** 18n;

export class RowReader {
  readonly #trace: CollectedTrace;
  readonly #spans: SpanCollector;
  #baseNs: bigint | undefined;

  constructor(trace: CollectedTrace) {
    this.#trace = trace;
    this.#spans = new SpanCollector(trace);
  }

  /** @param row from 1, as a person counts the lines of the file */
  add(row: number, columns: SpanColumnsByName, cell: CellOf): void {
    this.#trace.tally.read++;
    const timeOf = (column: TimeColumn | undefined) => {
      const value = column === undefined ? undefined : textOf(cell(column.key));
      return column === undefined || value === undefined ? undefined : exactNs(value, column.nsPerUnit);
    };
    const start = timeOf(columns.start);
    if (start === undefined) return this.#skip("row without a start that is a number", row);
    const duration = timeOf(columns.duration);
    const end = timeOf(columns.end) ?? (duration === undefined ? undefined : start + duration);
    if (end === undefined) return this.#skip("row without an end or duration that is a number", row);
    if (end < start) return this.#skip("row that ends before it starts", row);
    this.#baseNs ??= abs(start) > LARGE_CLOCK_NS ? start : 0n;
    const startNs = Number(start - this.#baseNs);
    const durationNs = Number(end - start);
    if (!(Math.abs(startNs) <= FARTHEST_NS && durationNs <= FARTHEST_NS)) {
      return this.#skip("time more than 52 days away from the first row", row);
    }
    const args = Object.fromEntries(
      columns.others.flatMap(([key, argument]) => {
        const value = cell(key);
        return value === undefined ? [] : [[argument, value]];
      }),
    );
    const textIn = (key: string | undefined) => (key === undefined ? undefined : textOf(cell(key)));
    this.#spans.add({
      lane: this.#lane(textIn(columns.process), textIn(columns.thread), args),
      name: textIn(columns.name) ?? "",
      category: textIn(columns.category),
      startNs,
      durationNs,
      args,
    });
  }

  /** Counts a row that is not even a row. */
  refuse(reason: string, row: number): void {
    this.#trace.tally.read++;
    this.#skip(reason, row);
  }

  /** Call once, after the last row. */
  finish(): void {
    const base = this.#baseNs ?? 0n;
    this.#trace.startsAtFirstEvent = base !== 0n;
    if (base >= EPOCH_CLOCK_NS) this.#trace.baseEpochNs = base;
  }

  /** Without a process or thread of its own a span lies on the lane of its rank and stage. */
  #lane(process: string | undefined, thread: string | undefined, args: Readonly<Record<string, unknown>>): number {
    const said = (key: string) => (Object.hasOwn(args, key) ? `${key} ${String(args[key])}` : undefined);
    const ofRank = [said("replica"), said("rank")].filter((word) => word !== undefined).join(", ");
    return this.#spans.lane(process ?? (ofRank === "" ? "spans" : ofRank), thread ?? said("stage") ?? "spans");
  }

  #skip(reason: string, row: number): void {
    this.#trace.tally.skip(reason, () => `row ${row}`);
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
