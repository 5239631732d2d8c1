/**
 * A training job over several hosts whose clocks are wrong by a known amount: one trace per rank, in Chrome's format with the
 * epoch of its own clock, as a profiler writes it. Shares nothing with main/core: 1F1B with sends and receives that meet (a
 * transfer begins when both sides are there), jitter on all work, transfers that are never faster than their link.
 */
export interface SkewedJob {
  readonly ranks: number;
  readonly batches: number;
  readonly iterations: number;
  readonly seed: number;
  /** By rank: what its clock shows more than the true time at the start (ns), and its drift in ppm. */
  readonly clocks: readonly { readonly offsetNs: number; readonly ppm: number }[];
  /** Least time of a transfer towards later and towards earlier stages, ns. */
  readonly forwardNs: number;
  readonly backwardNs: number;
  /** Mean of what a transfer takes longer than that; it varies as exponentially distributed delays do. */
  readonly jitterNs: number;
  /** Without it only forward passes run, as in inference. */
  readonly isTraining?: boolean;
  /** Without sends and receives in the traces. */
  readonly computeOnly?: boolean;
}

export interface TrueSpan {
  readonly rank: number;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
}

/** True time 0 on the epoch; far from any round number of µs. */
export const EPOCH_NS = 1_764_000_000_123_456_789n;
const COMPUTE_NS = 9_000_000;

export function simulateSkewedJob(job: SkewedJob): readonly TrueSpan[] {
  const random = createRandom(job.seed);
  const vary = (ns: number) => Math.round(ns * (0.94 + 0.12 * random()));
  const delay = (least: number) => Math.round(least - job.jitterNs * Math.log(1 - random()));
  const spans: TrueSpan[] = [];
  let from = 1_000_000;
  for (let iteration = 0; iteration < job.iterations; iteration++) {
    const free = Array.from({ length: job.ranks }, (_, rank) => from + vary(200_000) + rank * 1_000);
    /** When the data of a piece of work left: by `action rank batch`. */
    const sent = new Map<string, number>();
    const orders = Array.from({ length: job.ranks }, (_, rank) => orderOf(job, rank));
    const next = orders.map(() => 0);
    for (let moved = true; moved;) {
      moved = false;
      for (let rank = 0; rank < job.ranks; rank++) {
        for (;;) {
          const step = orders[rank].at(next[rank]);
          if (step === undefined) break;
          const peer = step.action === "F" ? rank - 1 : rank + 1;
          const needsPeer = peer >= 0 && peer < job.ranks;
          const ready = sent.get(`${step.action} ${peer} ${step.batch}`);
          if (needsPeer && ready === undefined) break;
          let begin = free[rank];
          if (needsPeer && ready !== undefined) {
            const posted = begin + vary(20_000);
            const end = Math.max(posted, ready) + delay(step.action === "F" ? job.forwardNs : job.backwardNs);
            spans.push({ rank, name: `PP:${rank}RECV_${step.action}${step.batch}`, startNs: posted, endNs: end });
            const sender = `PP:${peer}SEND_${step.action}${step.batch}`;
            // The sender is let go when its data has left: a little before or after the receiver has it.
            spans.push({ rank: peer, name: sender, startNs: ready, endNs: end - Math.round(8_000 * random()) });
            begin = end;
          }
          const end = begin + vary(step.action === "F" ? COMPUTE_NS : 2 * COMPUTE_NS);
          spans.push({ rank, name: `PP:${rank}${step.action}${step.batch}`, startNs: begin + 3_000, endNs: end });
          sent.set(`${step.action} ${rank} ${step.batch}`, end + 2_000);
          free[rank] = end + 5_000;
          next[rank]++;
          moved = true;
        }
      }
    }
    from = Math.max(...free) + 4_000_000;
  }
  return job.computeOnly === true ? spans.filter(({ name }) => !/SEND|RECV/.test(name)) : spans;
}

function orderOf(
  { ranks, batches, isTraining = true }: SkewedJob,
  rank: number,
): { action: "F" | "B"; batch: number }[] {
  const all = Array.from({ length: batches }, (_, batch) => batch);
  if (!isTraining) return all.map((batch) => ({ action: "F", batch }));
  const warmUp = Math.min(batches, ranks - rank);
  const order = all.slice(0, warmUp).map((batch): { action: "F" | "B"; batch: number } => ({ action: "F", batch }));
  for (const batch of all) {
    order.push({ action: "B", batch });
    if (batch + warmUp < batches) order.push({ action: "F", batch: batch + warmUp });
  }
  return order;
}

/** What the clock of a rank shows at a true time, ns. */
function shownBy({ offsetNs, ppm }: SkewedJob["clocks"][number], trueNs: number): number {
  return Math.round(trueNs + offsetNs + trueNs * ppm * 1e-6);
}

/** The trace that a rank writes, by its own clock. */
export function writeRankTrace(job: SkewedJob, spans: readonly TrueSpan[], rank: number): string {
  const clock = job.clocks[rank];
  const own = spans.filter((span) => span.rank === rank);
  const first = Math.min(...own.map(({ startNs }) => shownBy(clock, startNs)));
  const events = own.map(({ name, startNs, endNs }) => {
    const start = shownBy(clock, startNs) - first;
    const isTransfer = /SEND|RECV/.test(name);
    return {
      ph: "X",
      cat: "user_annotation",
      name,
      pid: 4000,
      tid: isTransfer ? (name.includes("SEND") ? 3 : 2) : 1,
      ts: start / 1000,
      dur: (shownBy(clock, endNs) - first - start) / 1000,
    };
  });
  return JSON.stringify({
    schemaVersion: 1,
    distributedInfo: { backend: "nccl", rank, world_size: job.ranks },
    baseTimeNanoseconds: "BASE",
    traceEvents: events,
  }).replace('"BASE"', String(EPOCH_NS + BigInt(first)));
}

/** Mulberry32 in [0, 1). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
