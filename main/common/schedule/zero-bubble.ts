/**
 * Zero bubble, handcrafted (Qi et al. 2023, arXiv 2401.10241, §2): the backward is split, and weight-grads, which nobody waits
 * for, fill what would be bubbles.
 *
 * ZB-H1 keeps 1F1B's memory: rank r runs p − r forwards ahead and lags r weight-grads behind, p batches held on every rank.
 * ZB-H2 runs 2(p − r) − 1 forwards ahead and lags 2r weight-grads behind, 2p − 1 held: then the last rank ends p − 1 forwards
 * after the first one, as late as it began, and no rank idles between its own first start and last end.
 */
import { forward, inputGrad, upTo, weightGrad, type ComputeAction, type Order } from "./action.ts";

interface ZeroBubbleShape {
  readonly ranks: number;
  readonly batches: number;
}

export function orderZeroBubbleH1(shape: ZeroBubbleShape): Order {
  return orderZeroBubble(shape, { schedule: "zb-h1", ahead: (rank) => shape.ranks - rank, lag: (rank) => rank });
}

export function orderZeroBubbleH2(shape: ZeroBubbleShape): Order {
  return orderZeroBubble(shape, {
    schedule: "zb-h2",
    ahead: (rank) => 2 * (shape.ranks - rank) - 1,
    lag: (rank) => 2 * rank,
  });
}

function orderZeroBubble(
  { ranks, batches }: ZeroBubbleShape,
  { schedule, ahead, lag }: { schedule: string; ahead: (rank: number) => number; lag: (rank: number) => number },
): Order {
  return {
    schedule,
    stages: ranks,
    batches,
    ranks: upTo(ranks).map((stage) => {
      const forwards = Math.min(ahead(stage), batches);
      const behind = Math.min(lag(stage), batches);
      return [
        ...upTo(forwards).map((batch) => forward(stage, batch)),
        ...upTo(batches).flatMap((batch): ComputeAction[] => [
          inputGrad(stage, batch),
          ...(batch >= behind ? [weightGrad(stage, batch - behind)] : []),
          ...(batch + forwards < batches ? [forward(stage, batch + forwards)] : []),
        ]),
        ...upTo(behind).map((left) => weightGrad(stage, batches - behind + left)),
      ];
    }),
  };
}
