/**
 * Durations of a measured run under a what-if: stages that are faster, operations without stragglers.
 *
 * "Without stragglers" gives every operation the job-wide mean (or median) of its type, over all ranks, replicas and
 * iterations that are not warm-up, as straggler-analysis does (REFERENCE §6). The type is the pass; in a dataflow, whose
 * stages do different work by design, it is the stage and the phase.
 */
import type { Average, DurationChanges } from "#common/schedule/changes.ts";
import { medianInPlace } from "../analysis/statistics.ts";
import type { MeasuredAction, MeasuredPipeline, MeasuredTransfer } from "./measured.ts";

export interface Durations {
  readonly actionNs: (action: MeasuredAction) => number;
  readonly transferNs: (transfer: MeasuredTransfer) => number;
}

const lengthOf = ({ startNs, endNs }: { readonly startNs: number; readonly endNs: number }): number => endNs - startNs;

export function createDurations(measured: MeasuredPipeline, changes: DurationChanges): Durations {
  const { faster = [], noStragglers, straggling = [] } = changes;
  const typeOf = ({ stage, pass }: MeasuredAction): string => (measured.isTraining ? pass : `${stage}`);
  const transferType = ({ stage, direction }: MeasuredTransfer): string => `${stage} ${direction}`;
  const actions = measured.iterations.flatMap((iteration) => iteration.actions);
  const transfers = measured.iterations.flatMap((iteration) => iteration.transfers);
  const averages =
    noStragglers === undefined ? undefined : averageBy(actions, { keyOf: typeOf, average: noStragglers });
  const transferAverages =
    noStragglers === undefined ? undefined : averageBy(transfers, { keyOf: transferType, average: noStragglers });
  const keepsOwn = new Set(straggling);
  const factors = new Map(faster.map(({ stage, share }) => [stage, 1 - share]));
  return {
    actionNs(action) {
      const ideal = keepsOwn.has(action.stage) ? undefined : averages?.get(typeOf(action));
      return (ideal ?? lengthOf(action)) * (factors.get(action.stage) ?? 1);
    },
    transferNs: (transfer) => transferAverages?.get(transferType(transfer)) ?? lengthOf(transfer),
  };
}

/** Mean or median length by key. */
function averageBy<Entry extends { readonly startNs: number; readonly endNs: number }>(
  entries: readonly Entry[],
  { keyOf, average }: { keyOf: (entry: Entry) => string; average: Average },
): ReadonlyMap<string, number> {
  const groups = Map.groupBy(entries, keyOf);
  return new Map(
    [...groups].map(([key, ofKey]) => {
      const lengths = Float64Array.from(ofKey, lengthOf);
      const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
      return [key, average === "mean" ? mean : (medianInPlace(lengths) ?? mean)];
    }),
  );
}
