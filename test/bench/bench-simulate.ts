/**
 * What a simulation costs: 8 ranks × 1,000 batches × 3 passes in CPU time of this process, and how long the window waits for an
 * answer to options of the usual size, from the call to the run that can be drawn.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { SimulationOptions } from "#common/simulation.ts";

import { createBackend } from "../../main/core/backend.ts";
import { simulateRequest } from "../../main/core/simulate/request.ts";

export interface SimulateFigures {
  readonly ranks: number;
  readonly batches: number;
  readonly passes: number;
  readonly spans: number;
  /** Median of the rounds, after one to warm up. */
  readonly cpuMs: number;
  readonly coldCpuMs: number;
  /** Through the backend: 8 ranks × 32 batches, and 8 × 1,000; median of the wall clock, and of this process's CPU. */
  readonly live: readonly { readonly batches: number; readonly wallMs: number; readonly cpuMs: number }[];
}

const RANKS = 8;
const BATCHES = 1_000;
const MS = 1_000_000;
const TIMES = { forwardNs: MS, backwardNs: MS, weightNs: MS };

export async function benchSimulate({ rounds = 7 }: { rounds?: number } = {}): Promise<SimulateFigures> {
  let spans = 0;
  const simulate = (): void => {
    const request = { schedule: "zb-h1", ranks: RANKS, batches: BATCHES, times: TIMES, createdAtEpochMs: 0 } as const;
    spans = simulateRequest(request).simulated.spans.length;
  };
  const coldCpuMs = cpuMsOf(simulate);
  const warm = Array.from({ length: rounds }, () => cpuMsOf(simulate));
  const live = await benchLive(rounds);
  return { ranks: RANKS, batches: BATCHES, passes: 3, spans, cpuMs: medianOf(warm), coldCpuMs, live };
}

async function benchLive(rounds: number): Promise<SimulateFigures["live"]> {
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-bench-"));
  const backend = createBackend({ libraryPath: folder, version: "bench", emit: () => undefined });
  const { signal } = new AbortController();
  try {
    const live: SimulateFigures["live"][number][] = [];
    for (const batches of [32, BATCHES]) {
      const walls: number[] = [];
      const cpus: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const costs = { kind: "constant", ...TIMES, forwardNs: MS + round } as const;
        const options: SimulationOptions = { schedule: "zb-h1", ranks: RANKS, batches, costs };
        const startMs = performance.now();
        const before = process.cpuUsage();
        await backend.handlers.simulate(options, { signal });
        const { user, system } = process.cpuUsage(before);
        if (round === 0) continue; // the thread starts
        walls.push(performance.now() - startMs);
        cpus.push((user + system) / 1_000);
      }
      live.push({ batches, wallMs: medianOf(walls), cpuMs: medianOf(cpus) });
    }
    return live;
  } finally {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10;
}

/** The figures in words. */
export function describeSimulate({ ranks, batches, passes, spans, cpuMs, coldCpuMs, live }: SimulateFigures): string {
  const answers = live.map((one) => `${ranks} × ${one.batches} in ${one.wallMs} ms (${one.cpuMs} ms CPU)`).join(", ");
  return (
    `simulate ${ranks} ranks × ${batches} batches × ${passes} passes (${spans} spans): ${cpuMs} ms CPU, ` +
    `${coldCpuMs} ms the first time; answers of the backend: ${answers}`
  );
}
