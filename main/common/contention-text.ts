/** What a what-if says about ranks that share one machine, the same in commands and in the window. It claims no more than the run showed. */
import { formatShare } from "./format.ts";
import type { ContentionFigures } from "./simulation.ts";

/** `Workers share one machine: computing took 24.3 % longer than undisturbed, and …`: one sentence. */
export function describeContention({ slowdownPerRank, meanSlowdown }: ContentionFigures): string {
  const slower = `Workers share one machine: computing took ${formatShare(Math.max(0, meanSlowdown - 1))} longer than undisturbed`;
  return slowdownPerRank === 0
    ? `${slower}; that it slows down when more of them compute at once does not show in this run.`
    : `${slower}, and slows down by ${formatShare(slowdownPerRank)} for each further worker that computes at once, ` +
        "as measured in this run.";
}
