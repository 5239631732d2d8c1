/** The small values beside `traceEvents`: clock base, rank, and the names of what else was there. */
import type { CollectedTrace } from "../collected-trace.ts";

/** Clocks beyond this (µs, 2001) can only be the epoch's. */
const EPOCH_CLOCK_US = 1e15;

/** Keys that the model says in another way, or that say nothing of the run. */
const UNDERSTOOD = new Set(["baseTimeNanoseconds", "distributedInfo", "displayTimeUnit", "schemaVersion", "traceName"]);

export class TopLevel {
  readonly keys: string[] = [];
  #baseTime: bigint | undefined;
  #rank: number | undefined;
  #distributedInfo: string | undefined;

  add(key: string, value: string | undefined): void {
    this.keys.push(key);
    if (value === undefined) return;
    if (key === "baseTimeNanoseconds" && /^"?-?\d{1,30}"?$/.test(value)) {
      this.#baseTime = BigInt(value.replaceAll('"', ""));
    }
    if (key === "distributedInfo") {
      this.#distributedInfo = value;
      const rank = /"rank"\s*:\s*(\d{1,9})\b/.exec(value);
      if (rank !== null) this.#rank = Number(rank[1]);
    }
  }

  /** Says what it means for the trace. @param baseUs whole µs that the assembler subtracted from every time */
  apply(trace: CollectedTrace, baseUs: number): void {
    trace.fileRank = this.#rank;
    trace.distributedInfo = this.#distributedInfo;
    // A clock that is the epoch's already needs no base: some writers give both.
    if (Math.abs(baseUs) >= EPOCH_CLOCK_US) trace.baseEpochNs = BigInt(baseUs) * 1000n;
    else if (this.#baseTime !== undefined) trace.baseEpochNs = this.#baseTime + BigInt(baseUs) * 1000n;
    trace.startsAtFirstEvent = baseUs !== 0 || trace.baseEpochNs !== undefined;
    const others = this.keys.filter((key) => !UNDERSTOOD.has(key));
    if (others.length > 0) trace.tally.repair(`left out what stands beside the events: ${others.join(", ")}`);
  }
}
