/**
 * DualPipe (DeepSeek-V3, arXiv 2412.19437, §3.2.1; the eight steps are those of its published code): batches enter at both ends.
 *
 * Every rank holds two stages of the one network: rank r runs stage r for the first half of the batches, which flow upward,
 * and stage p − 1 − r for the second half, which flow downward. A forward of one direction overlaps a backward of the other.
 */
import { AppError } from "../errors.ts";
import { backward, forward, inputGrad, upTo, weightGrad, type Action, type Order } from "./action.ts";

/** @throws AppError invalid-argument unless ranks and batches are even and there are at least two batches a rank */
export function orderDualPipe({ ranks, batches }: { ranks: number; batches: number }): Order {
  if (ranks % 2 !== 0 || batches % 2 !== 0 || batches < 2 * ranks) {
    throw new AppError({
      code: "invalid-argument",
      what: `DualPipe cannot run ${batches} batches on ${ranks} ranks`,
      todo: "give an even number of ranks and an even number of batches, at least two a rank",
    });
  }
  return {
    schedule: "dualpipe",
    stages: ranks,
    batches,
    ranks: upTo(ranks).map((rank) => orderRank({ rank, ranks, batches })),
  };
}

/** 0 is the direction of the half of the ranks in which the rank lies, 1 the other one. */
type Side = 0 | 1;

function orderRank({ rank, ranks, batches }: { rank: number; ranks: number; batches: number }): readonly Action[] {
  const half = ranks / 2;
  /** Distance from the nearer end. */
  const depth = Math.min(rank, ranks - 1 - rank);
  const isUpper = rank >= half;
  const isMiddle = rank === half - 1 || rank === half;
  const actions: Action[] = [];
  const started: [number, number] = [0, 0];
  const returned: [number, number] = [0, 0];
  const owed: Action[] = [];

  const placeOf = (side: Side, count: number): readonly [number, number] => {
    const isDownward = (side === 1) !== isUpper;
    return isDownward ? [ranks - 1 - rank, batches / 2 + count] : [rank, count];
  };
  const nextForward = (side: Side): ReturnType<typeof forward> => forward(...placeOf(side, started[side]++));
  const nextBackward = (side: Side): ReturnType<typeof forward> => backward(...placeOf(side, returned[side]++));
  const runForward = (side: Side): void => void actions.push(nextForward(side));
  const runBackward = (side: Side, { isSplit }: { isSplit: boolean }): void => {
    if (!isSplit) {
      actions.push(nextBackward(side));
      return;
    }
    const place = placeOf(side, returned[side]++);
    actions.push(inputGrad(...place));
    owed.push(weightGrad(...place));
  };
  const runWeight = (): void => {
    const oldest = owed.shift();
    if (oldest === undefined) throw new RangeError(`rank ${rank} owes no weight-grad`);
    actions.push(oldest);
  };
  const runOverlapped = (up: Side, down: Side): void =>
    void actions.push({ kind: "overlap", parts: [nextForward(up), nextBackward(down)] });
  const repeat = (times: number, step: (i: number) => void): void => upTo(times).forEach(step);

  repeat((half - depth - 1) * 2, () => runForward(0));
  repeat(depth + 1, () => {
    runForward(0);
    runForward(1);
  });
  repeat(half - depth - 1, () => {
    runBackward(1, { isSplit: true });
    runWeight();
    runForward(1);
  });
  repeat(batches / 2 - ranks + depth + 1, (i) => {
    if (i === 0 && isMiddle) {
      // The published code does not overlap this pair: the backward can start a forward earlier.
      runForward(0);
      runBackward(1, { isSplit: false });
    } else runOverlapped(0, 1);
    runOverlapped(1, 0);
  });
  repeat(half - depth - 1, () => {
    runBackward(1, { isSplit: false });
    runOverlapped(1, 0);
  });
  let isSplit = false;
  const turn = (depth + 1) >> 1;
  repeat(depth + 1, (i) => {
    if (i === turn && depth % 2 === 1) isSplit = true;
    runBackward(1, { isSplit });
    if (i === turn && depth % 2 === 0) isSplit = true;
    runBackward(0, { isSplit });
  });
  repeat(half - depth - 1, () => {
    runWeight();
    runBackward(0, { isSplit: true });
  });
  repeat(depth + 1, runWeight);
  return actions;
}
