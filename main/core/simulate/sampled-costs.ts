/**
 * Costs drawn from a measured run: each action takes one of the durations that its stage and pass really took.
 *
 * Drawn with a seed, so that the same request gives the same run. Passes that were not measured are made of those that were, as
 * in measured-order.ts. Transfers, and what a rank spends between two actions, take
 * what a replay of the run fits.
 */
import { AppError } from "#common/errors.ts";
import type { ComputePass } from "#common/schedule/action.ts";
import type { Costs } from "./costs.ts";
import type { MeasuredPipeline } from "./measured.ts";
import { createGaps } from "./measured-order.ts";
import { fitLatencies, prepareReplay } from "./replay.ts";

/** @throws AppError invalid-argument when the order has other stages than the run */
export function createSampledCosts(
  measured: MeasuredPipeline,
  { stages, seed }: { stages: number; seed: number },
): Costs {
  if (measured.stages !== stages) {
    throw new AppError({
      code: "invalid-argument",
      what: `the schedule has ${stages} stages, the measured run ${measured.stages}`,
      todo: "choose ranks and chunks that give as many stages as the run has",
    });
  }
  const durations = Map.groupBy(
    measured.iterations.flatMap(({ actions }) => actions),
    ({ stage, pass }) => `${stage} ${pass}`,
  );
  const random = createRandom(seed);
  const draw = (stage: number, pass: ComputePass): number | undefined => {
    const recorded = durations.get(`${stage} ${pass}`);
    if (recorded === undefined) return undefined;
    const { startNs, endNs } = recorded[Math.floor(random() * recorded.length)];
    return endNs - startNs;
  };
  const latencies = fitLatencies(measured.iterations.map(({ actions }) => prepareReplay(actions, measured.stages)));
  return {
    computeNs({ stage, pass }) {
      const drawn = draw(stage, pass);
      if (drawn !== undefined) return drawn;
      if (pass === "backward") return (draw(stage, "input-grad") ?? 0) + (draw(stage, "weight-grad") ?? 0);
      return pass === "forward" ? 0 : Math.round((draw(stage, "backward") ?? 0) / 2);
    },
    transfer: ({ pass }) => ({ occupancyNs: 0, latencyNs: Math.round(latencies.get(pass) ?? 0) }),
    gapNs: createGaps(latencies),
  };
}

/** mulberry32 (Tommy Ettinger, public domain): 0 ≤ value < 1, good enough to draw samples. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
