/**
 * What the ranks of one scope did: their spans, the union of their computing, and their transfers as they really were.
 *
 * Everything that later figures share is worked out here once. Busy means computing: transfers and waiting do not count.
 */
import type { IterationWindow } from "#common/api.ts";
import type { Lane, RunKind, SpanColumns, SpanName, Stage } from "#common/model.ts";
import { bindFlows } from "./flow-edges.ts";
import type { FlowSources } from "./flow-edges.ts";
import { tabulatePlaces } from "./input.ts";
import type { AnalysisInput, Places } from "./input.ts";
import type { Intervals } from "./intervals.ts";
import { selectScope, uniteSpans } from "./scope-spans.ts";
import type { RankSpans } from "./scope-spans.ts";
import { measureTransfers } from "./transfers.ts";
import type { RankTransfers, ScopeTransfers } from "./transfers.ts";
import { createWorkKeys } from "./work-keys.ts";
import type { WorkKeys } from "./work-keys.ts";

/** What one rank computed and transferred within the scope. */
export interface RankOccupancy {
  readonly rank: number;
  readonly spans: RankSpans;
  /** Union of the compute spans. */
  readonly busy: Intervals;
  readonly transfers: RankTransfers;
}

/** One replica in one iteration. */
export interface Occupancy {
  readonly kind: RunKind;
  readonly spans: SpanColumns;
  readonly places: Places;
  readonly lanes: readonly Lane[];
  readonly stages: readonly Stage[];
  readonly names: readonly SpanName[];
  readonly window: IterationWindow;
  /** By rank; every rank with any pipeline work in the scope. */
  readonly ranks: readonly RankOccupancy[];
  readonly keys: WorkKeys;
  readonly transfers: ScopeTransfers;
  /** Dependencies that the trace itself records. */
  readonly flows: FlowSources;
}

export function measureOccupancy(
  input: AnalysisInput,
  {
    window,
    hasIterations,
    selected: given,
  }: {
    readonly window: IterationWindow;
    readonly hasIterations: boolean;
    /** The spans of the scope, where somebody has selected them already. */
    readonly selected?: readonly RankSpans[] | undefined;
  },
): Occupancy {
  const { run, spans, lanes, stages, names, flows = [] } = input;
  const places = tabulatePlaces(input);
  const selected = given ?? selectScope(spans, { places, scope: window, hasIterations });
  const lists = selected.flatMap(({ compute, inbound, outbound }) => [compute, inbound, outbound]);
  const keys = createWorkKeys(spans, { places, lists });
  const transfers = measureTransfers({ spans, places, keys }, { ranks: selected });
  const ranks = selected.map((ofRank, i) => ({
    rank: ofRank.rank,
    spans: ofRank,
    busy: uniteSpans(spans, ofRank.compute),
    transfers: transfers.ofRanks[i],
  }));
  return {
    kind: run.kind,
    spans,
    places,
    lanes,
    stages,
    names,
    window,
    ranks,
    keys,
    transfers,
    flows: bindFlows(flows, input),
  };
}
