/**
 * Perfetto's clocks: events may count on any clock, and snapshots tell what several clocks showed at one moment. Everything
 * becomes ns from one base on the trace's primary clock (boot time unless a snapshot says otherwise). Numbers of 64 bits stay
 * exact: differences are taken before anything becomes a double.
 *
 * Clocks 64 to 127 belong to one sequence, and may be incremental: each timestamp adds to the last one of its sequence.
 */
import { field, halvesOf, numberOf } from "./messages.ts";
import type { ClockSnapshot, Integer } from "./messages.ts";

const REALTIME = 1;
const BOOT_TIME = 6;
const FIRST_OF_SEQUENCE = 64;
const LAST_OF_SEQUENCE = 127;
const HIGH = 2 ** 32;
/** Clocks whose upper half is this large count from the epoch: their ns would not fit a double. */
const LARGE_HIGH = 2 ** 20;

interface Clock {
  /** What it showed at the last snapshot, and ns from the base at that moment. */
  readonly shown: Integer;
  readonly atNs: number;
  readonly unitNs: number;
  readonly isIncremental: boolean;
  /** Units added since, for incremental clocks. */
  added: number;
}

export class Clocks {
  #primary = BOOT_TIME;
  readonly #clocks = new Map<string, Clock>();
  #base: readonly [high: number, low: number] | undefined;
  #realtime: { readonly epochNs: bigint; readonly atNs: number } | undefined;

  /** Epoch ns of the base, where some snapshot tells it. */
  get baseEpochNs(): bigint | undefined {
    if (this.#realtime !== undefined) return this.#realtime.epochNs - BigInt(this.#realtime.atNs);
    return undefined;
  }

  /** Whether the base is another moment than the primary clock's zero. */
  get isShifted(): boolean {
    return this.#base !== undefined && (this.#base[0] > 0 || this.#base[1] > 0);
  }

  addSnapshot(snapshot: ClockSnapshot, sequence: number): void {
    const clocks = field(snapshot, "clocks") ?? [];
    this.#primary = field(snapshot, "primaryTraceClock") ?? this.#primary;
    const shownBy = (id: number) => clocks.find((clock) => (field(clock, "clockId") ?? 0) === id);
    const primary = shownBy(this.#primary);
    let atNs = primary === undefined ? undefined : this.#plainNs(field(primary, "timestamp") ?? 0);
    // Without the primary clock a snapshot still joins new clocks to known ones.
    for (const clock of clocks) {
      atNs ??= this.#known(field(clock, "clockId") ?? 0, sequence, field(clock, "timestamp") ?? 0);
    }
    if (atNs === undefined) return;
    for (const clock of clocks) {
      const id = field(clock, "clockId") ?? 0;
      const shown = field(clock, "timestamp") ?? 0;
      this.#clocks.set(keyOf(id, sequence), {
        shown,
        atNs,
        unitNs: numberOf(field(clock, "unitMultiplierNs") ?? 1),
        isIncremental: field(clock, "isIncremental") ?? false,
        added: 0,
      });
      if (id === REALTIME && this.#realtime === undefined) {
        const [high, low] = halvesOf(shown);
        this.#realtime = { epochNs: BigInt(high) * BigInt(HIGH) + BigInt(low), atNs };
      }
    }
  }

  /** Ns from the base; undefined where no snapshot explains the clock. */
  toNs(timestamp: Integer, clockId: number | undefined, sequence: number): number | undefined {
    const id = clockId ?? this.#primary;
    const known = this.#known(id, sequence, timestamp);
    if (known !== undefined || id === this.#primary) return known ?? this.#plainNs(timestamp);
    // A built-in clock that no snapshot mentions is the only one there is.
    return id < FIRST_OF_SEQUENCE && this.#clocks.size === 0 ? this.#plainNs(timestamp) : undefined;
  }

  #known(id: number, sequence: number, timestamp: Integer): number | undefined {
    const clock = this.#clocks.get(keyOf(id, sequence));
    if (clock === undefined) return undefined;
    if (clock.isIncremental) {
      clock.added += numberOf(timestamp);
      return clock.atNs + clock.added * clock.unitNs;
    }
    return clock.atNs + difference(timestamp, clock.shown) * clock.unitNs;
  }

  /** Of a timestamp on the primary clock. The first one is the base where it is too large to count from zero. */
  #plainNs(timestamp: Integer): number {
    const halves = halvesOf(timestamp);
    this.#base ??= halves[0] >= LARGE_HIGH ? halves : [0, 0];
    return (halves[0] - this.#base[0]) * HIGH + (halves[1] - this.#base[1]);
  }
}

function difference(a: Integer, b: Integer): number {
  const [highA, lowA] = halvesOf(a);
  const [highB, lowB] = halvesOf(b);
  return (highA - highB) * HIGH + (lowA - lowB);
}

const keyOf = (id: number, sequence: number): string =>
  id >= FIRST_OF_SEQUENCE && id <= LAST_OF_SEQUENCE ? `${id} of ${sequence}` : String(id);
