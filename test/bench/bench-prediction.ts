/**
 * Does what-if predict what a capture then measures? The figure's network is captured with several partitions in turn, round
 * after round, and from every capture the interval of every other partition is predicted. Medians over the rounds, because a
 * machine's speed drifts; how much it did is said beside them: all partitions compute the same blocks, so what a batch costs in
 * two captures differs by the machine alone. A person has one capture, not rounds of them: how far off single captures predict
 * each other is told beside how far captures of one and the same partition lie apart, below which no prediction can get.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";

import { AppError } from "#common/errors.ts";
import type { RunReport } from "#common/report.ts";
import { DEFAULT_CAPTURE } from "#common/runner-api.ts";
import { parsePartition } from "#common/schedule/partition.ts";

import { openRun } from "../../db/index.ts";
import { buildReport, isNoPipeline } from "../../main/core/analysis/build-report.ts";
import { loadAnalysisInput } from "../../main/core/analysis/load-input.ts";
import { captureRun } from "../../main/core/capture/capture-run.ts";
import { findCutBytes } from "../../main/core/simulate/cut-bytes.ts";
import { answerWhatIf } from "../../main/core/simulate/what-if.ts";

export interface Prediction {
  readonly from: string;
  readonly to: string;
  /** Medians over the rounds. */
  readonly predictedNs: number;
  readonly measuredNs: number;
  /** |predicted / measured − 1|. */
  readonly error: number;
  /** The same with the prediction at the speed that the machine had when the other partition was captured. */
  readonly errorAtEqualSpeed: number;
}

export interface PredictionFigures {
  readonly network: string;
  readonly workers: number;
  readonly batches: number;
  readonly rounds: number;
  /** Slowest over fastest capture, by what a batch cost: how far the machine drifted. */
  readonly drift: number;
  /** The worst first. */
  readonly predictions: readonly Prediction[];
  /** |predicted / measured − 1| from each capture to each of another partition. */
  readonly single: Spread;
  /** |interval / interval − 1| of two captures of the same partition. */
  readonly repeat: Spread;
}

interface Spread {
  readonly median: number;
  /** 90th percentile. */
  readonly p90: number;
}

/** Of 28 blocks on as many workers: even, and two with their cuts elsewhere. */
const PARTITIONS: Readonly<Record<number, readonly string[]>> = {
  2: ["0-13,14-27", "0-3,4-27", "0-7,8-27"],
  3: ["0-9,10-18,19-27", "0-1,2-11,12-27", "0-3,4-8,9-27"],
  4: ["0-6,7-13,14-20,21-27", "0-1,2-7,8-15,16-27", "0-2,3-8,9-18,19-27"],
};

/** One capture, as far as it is needed. */
interface Captured {
  readonly intervalNs: number;
  /** Computing of all blocks for one batch. */
  readonly costNs: number;
  /** Predicted interval of every partition. */
  readonly predictedNs: readonly number[];
}

export async function benchPrediction({
  rounds = 5,
  batches = 24,
  inputSize = DEFAULT_CAPTURE.inputSize,
  // Half of the cores: with all of them busy one measures what else the machine does.
  workers = Math.max(2, Math.min(4, Math.floor(availableParallelism() / 2))),
}: { rounds?: number; batches?: number; inputSize?: number; workers?: number } = {}): Promise<PredictionFigures> {
  const partitions = PARTITIONS[workers] ?? [];
  const folder = mkdtempSync(path.join(tmpdir(), "pipewave-bench-"));
  const options = { ...DEFAULT_CAPTURE, backend: "wasm", workers, batches, inputSize } as const;
  const out = path.join(folder, "run.pipewave");
  try {
    const captures = partitions.map((): Captured[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, partition] of partitions.entries()) {
        await captureRun({ options: { ...options, partition }, out, replace: true });
        captures[i]?.push(readCapture(out, partitions));
      }
    }
    const costs = captures.flat().map(({ costNs }) => costNs);
    return {
      network: options.network,
      workers,
      batches,
      rounds,
      drift: Math.max(...costs) / Math.min(...costs),
      predictions: comparePairs(partitions, captures).toSorted((a, b) => b.error - a.error),
      single: spreadOf(listSingleErrors(captures)),
      repeat: spreadOf(listRepeats(captures)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function comparePairs(
  partitions: readonly string[],
  captures: readonly (readonly Captured[])[],
): readonly Prediction[] {
  return partitions.flatMap((from, i) =>
    partitions.flatMap((to, j): Prediction[] => {
      const [source, target] = [captures[i] ?? [], captures[j] ?? []];
      if (i === j) return [];
      const predictedNs = medianOf(source.map((one) => one.predictedNs[j] ?? 0));
      const measuredNs = medianOf(target.map(({ intervalNs }) => intervalNs));
      const speed = medianOf(target.map(({ costNs }) => costNs)) / medianOf(source.map(({ costNs }) => costNs));
      return [
        {
          from,
          to,
          predictedNs: Math.round(predictedNs),
          measuredNs: Math.round(measuredNs),
          error: Math.abs(predictedNs / measuredNs - 1),
          errorAtEqualSpeed: Math.abs((predictedNs * speed) / measuredNs - 1),
        },
      ];
    }),
  );
}

function listSingleErrors(captures: readonly (readonly Captured[])[]): readonly number[] {
  return captures.flatMap((sources, from) =>
    captures.flatMap((targets, to) =>
      from !== to
        ? sources.flatMap(({ predictedNs }) =>
            targets.map(({ intervalNs }) => Math.abs((predictedNs[to] ?? 0) / intervalNs - 1)),
          )
        : [],
    ),
  );
}

function listRepeats(captures: readonly (readonly Captured[])[]): readonly number[] {
  return captures.flatMap((ofPartition) =>
    ofPartition.flatMap((a) =>
      ofPartition.filter((b) => b !== a).map((b) => Math.abs(a.intervalNs / b.intervalNs - 1)),
    ),
  );
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: medianOf(values), p90: sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0 };
}

function readCapture(file: string, partitions: readonly string[]): Captured {
  const reader = openRun(file);
  try {
    const input = { ...loadAnalysisInput(reader), run: reader.run };
    const report = withPipeline(buildReport(input));
    const cutBytes = findCutBytes(reader);
    return {
      intervalNs: intervalOf(report),
      costNs: (report.phases.computeNs ?? 0) / report.run.batches,
      predictedNs: partitions.map((text) => {
        const partition = parsePartition({ text, stages: reader.stages.length });
        const changes = partition === undefined ? {} : { partition };
        const known = cutBytes === undefined ? {} : { cutBytes };
        const { simulated } = answerWhatIf(input, { changes, createdAtEpochMs: 0, ...known });
        return intervalOf(withPipeline(buildReport(simulated)));
      }),
    };
  } finally {
    reader.close();
  }
}

function withPipeline(report: ReturnType<typeof buildReport>): RunReport {
  if (!isNoPipeline(report)) return report;
  throw new AppError({ code: "no-pipeline", what: "the capture recorded nothing" });
}

const intervalOf = ({ initiationInterval }: RunReport): number => initiationInterval.meanNs ?? 0;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The figures in words, one line a pair. */
export function describePrediction(figures: PredictionFigures): string {
  const { network, workers, batches, rounds, drift, predictions, single, repeat } = figures;
  const ms = (ns: number) => `${(ns / 1e6).toFixed(1)} ms`;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = predictions.map(
    ({ from, to, predictedNs, measuredNs, error, errorAtEqualSpeed }) =>
      `  ${from} → ${to}: predicted ${ms(predictedNs)}, measured ${ms(measuredNs)}, off by ${percent(error)}, ` +
      `${percent(errorAtEqualSpeed)} at equal speed`,
  );
  return (
    `what-if of ${network} on ${workers} wasm workers, ${batches} batches, ${rounds} rounds, ` +
    `the machine drifted by × ${drift.toFixed(2)}:\n${lines.join("\n")}\n` +
    `  from single captures off by ${percent(single.median)} (median; 90th percentile ${percent(single.p90)}), while two captures ` +
    `of one partition differ by ${percent(repeat.median)} (${percent(repeat.p90)})`
  );
}
