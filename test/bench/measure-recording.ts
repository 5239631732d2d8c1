/**
 * What recording costs, measured within one run that records by turns: the batches that come out in a turn with recording
 * against those in the turns before and after it without. A drift of the machine hits both; a straight one cancels out.
 */
import { isRecordingTurn, RECORDING_TURN_NS } from "#common/runner-api.ts";
import type { CaptureOptions } from "#common/runner-api.ts";

import { startRunner } from "../../main/core/capture/runner-process.ts";

/** Turns lost at either end, and some more for a machine that slows down. */
const SPARE_TURNS = 6;

/** @returns of each recorded turn: time a batch over that of its neighbours */
export async function measureRecording({
  options,
  batchesPerSecond,
  pairs,
}: {
  options: CaptureOptions;
  batchesPerSecond: number;
  pairs: number;
}): Promise<number[]> {
  const seconds = ((2 * pairs + 1 + SPARE_TURNS) * RECORDING_TURN_NS) / 1e9;
  const batches = Math.ceil(seconds * batchesPerSecond);
  const arrivals: number[] = [];
  const runner = startRunner({
    onEvent(event) {
      if (event.type === "progress" && event.step === "running") arrivals.push(Number(process.hrtime.bigint()));
      else if (event.type === "failed") throw new Error(event.failure.what);
    },
  });
  runner.say({ type: "capture", options: { ...options, batches } });
  await runner.ended;
  return compareTurns(arrivals).slice(0, pairs);
}

/** @param arrivals ns of `process.hrtime` at which a batch came out, ascending */
export function compareTurns(arrivals: readonly number[]): number[] {
  const first = Math.floor((arrivals[0] ?? 0) / RECORDING_TURN_NS) + 1;
  const end = Math.floor((arrivals.at(-1) ?? 0) / RECORDING_TURN_NS);
  const outBy = Array.from({ length: Math.max(0, end - first + 1) }, (_, k) =>
    countUntil(arrivals, (first + k) * RECORDING_TURN_NS),
  );
  const inTurn = outBy.slice(1).map((count, k) => count - outBy[k]);
  return inTurn.flatMap((count, k) => {
    const isWhole = k > 0 && k < inTurn.length - 1;
    if (!isWhole || !isRecordingTurn((first + k) * RECORDING_TURN_NS)) return [];
    return [(inTurn[k - 1] + inTurn[k + 1]) / 2 / count];
  });
}

/** Batches that are out by then, with the share of the next one that has passed. */
function countUntil(arrivals: readonly number[], atNs: number): number {
  const next = arrivals.findIndex((arrival) => arrival > atNs);
  if (next <= 0) return next === 0 ? 0 : arrivals.length;
  const before = arrivals[next - 1];
  return next + (atNs - before) / (arrivals[next] - before);
}
