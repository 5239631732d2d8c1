/**
 * What the ranks of one scope did: their spans, the union of their computing, and their transfers as they really were.
 *
 * Everything that later figures share is worked out here once. Busy means computing: transfers and waiting do not count.
 */
import type { IterationWindow } from "#common/api.ts";
import type { Lane, SpanColumns, Stage } from "#common/model.ts";
import { tabulatePlaces } from "./input.ts";
import type { AnalysisInput } from "./input.ts";
import type { Intervals } from "./intervals.ts";
import { selectScope, uniteSpans } from "./scope-spans.ts";
import type { RankSpans } from "./scope-spans.ts";
import { measureTransfers } from "./transfers.ts";
import type { RankTransfers } from "./transfers.ts";

/** What one rank computed within the scope. */
export interface RankComputing {
  readonly rank: number;
  readonly spans: RankSpans;
  /** Union of the compute spans. */
  readonly busy: Intervals;
}

/** What one rank computed and transferred. */
export interface RankOccupancy extends RankComputing {
  readonly transfers: RankTransfers;
}

/** The computing of one replica in one iteration. */
export interface Computing {
  readonly spans: SpanColumns;
  readonly window: IterationWindow;
  /** By rank; every rank with any pipeline work in the scope. */
  readonly ranks: readonly RankComputing[];
}

/** One replica in one iteration. */
export interface Occupancy extends Computing {
  readonly lanes: readonly Lane[];
  readonly stages: readonly Stage[];
  readonly ranks: readonly RankOccupancy[];
}

interface ChosenWindow {
  readonly window: IterationWindow;
  readonly hasIterations: boolean;
}

export function measureComputing(input: AnalysisInput, { window, hasIterations }: ChosenWindow): Computing {
  const { spans } = input;
  const selected = selectScope(spans, { places: tabulatePlaces(input), scope: window, hasIterations });
  const ranks = selected.map((rankSpans) => ({
    rank: rankSpans.rank,
    spans: rankSpans,
    busy: uniteSpans(spans, rankSpans.compute),
  }));
  return { spans, window, ranks };
}

export function measureOccupancy(input: AnalysisInput, chosen: ChosenWindow): Occupancy {
  const { spans, lanes, stages } = input;
  const computing = measureComputing(input, chosen);
  const ofRanks = computing.ranks.map((rank) => rank.spans);
  const transfers = measureTransfers(spans, { places: tabulatePlaces(input), ranks: ofRanks });
  const ranks = computing.ranks.map((rank, i) => ({ ...rank, transfers: transfers[i] }));
  return { ...computing, lanes, stages, ranks };
}
