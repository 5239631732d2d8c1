/** Counts what became of every event, in words: the figures of the import report. Refuses to forget: each event is counted once. */
import type { ImportReport } from "#common/report.ts";

const COUNTS = ["read", "spans", "pairs", "instants", "counters", "flows", "metadata"] as const;

/** What a tally counted, in the order in which it was met: to be sent elsewhere. */
export interface TallyFigures {
  readonly counts: Readonly<Record<(typeof COUNTS)[number], number>>;
  readonly skipped: ImportReport["skipped"];
  readonly repaired: readonly (readonly [sentence: string, times: number])[];
}

export class ImportTally {
  read = 0;
  /** Spans of the trace; a fused span that became two counts once. */
  spans = 0;
  /** Spans that took two events. */
  pairs = 0;
  instants = 0;
  counters = 0;
  flows = 0;
  metadata = 0;
  readonly #skipped = new Map<string, { count: number; example: string }>();
  readonly #repaired = new Map<string, number>();

  /** Counts `events` events left out for a reason; `example` is called for the first of them only. */
  skip(reason: string, example: () => string, events = 1): void {
    const known = this.#skipped.get(reason);
    if (known === undefined) this.#skipped.set(reason, { count: events, example: example() });
    else known.count += events;
  }

  /** Notes a repair. `{n}` in the sentence becomes how often it was made. */
  repair(sentence: string, times = 1): void {
    this.#repaired.set(sentence, (this.#repaired.get(sentence) ?? 0) + times);
  }

  /** Everything counted, as plain data. */
  get figures(): TallyFigures {
    const { read, spans, pairs, instants, counters, flows, metadata } = this;
    const counts = { read, spans, pairs, instants, counters, flows, metadata };
    const skipped = Array.from(this.#skipped, ([reason, { count, example }]) => ({ reason, count, example }));
    return { counts, skipped, repaired: [...this.#repaired] };
  }

  /** Counts what another tally counted as well. */
  add({ counts, skipped, repaired }: TallyFigures): void {
    for (const key of COUNTS) this[key] += counts[key];
    for (const { reason, count, example } of skipped) this.skip(reason, () => example, count);
    for (const [sentence, times] of repaired) this.repair(sentence, times);
  }

  get skippedCount(): number {
    let sum = 0;
    for (const { count } of this.#skipped.values()) sum += count;
    return sum;
  }

  get skipped(): ImportReport["skipped"] {
    return Array.from(this.#skipped, ([reason, { count, example }]) => ({ reason, count, example })).toSorted(
      (a, b) => b.count - a.count,
    );
  }

  get repaired(): string[] {
    return Array.from(this.#repaired, ([sentence, times]) => sentence.replace("{n}", String(times)));
  }

  /** In words when the sum is wrong: a bug, shown rather than hidden. */
  get violation(): string | undefined {
    const stored = this.spans + this.pairs + this.instants + this.counters + this.flows + this.metadata;
    const sum = stored + this.skippedCount;
    return sum === this.read ? undefined : `${this.read} events were read, but ${sum} were stored or skipped`;
  }
}
