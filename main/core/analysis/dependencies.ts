/**
 * What a compute span of a scope needs of others, by stage order and pass order (REFERENCE §6): forward the same batch's
 * forward of the stage before; backward that of the stage after and its own forward; weight-grad its own input-grad.
 *
 * Stages are a chain by their ordinals: what passes over stages (skip connections) travels with the rest. The order of a
 * rank's own spans is not looked at here.
 */
import { NONE } from "#common/ids.ts";
import type { SpanColumns } from "#common/model.ts";
import type { Places } from "./input.ts";
import type { RankSpans } from "./scope-spans.ts";
import { BACKWARD, DIRECTION_OF_PASS, FORWARD } from "./work-keys.ts";
import type { WorkKeys } from "./work-keys.ts";

/** Work that another stage does for a compute span. */
export interface Need {
  readonly position: number;
  readonly batch: number;
  readonly direction: number;
}

export interface Dependencies {
  /** The compute span of some work, the last one where it was done several times; NONE when there is none. */
  find(need: Need): number;
  /** What the span awaits of the neighbouring stage in its direction; undefined at the ends of the chain. */
  needOf(span: number): Need | undefined;
  /** What its own stage did before for the same batch (forward for backward, input-grad for weight-grad), or NONE. */
  ownOf(span: number): number;
}

export function createDependencies({
  spans,
  places,
  keys,
  ranks,
}: {
  spans: SpanColumns;
  places: Places;
  keys: WorkKeys;
  ranks: readonly { readonly spans: RankSpans }[];
}): Dependencies {
  const last = keys.createTable();
  const endOf = (i: number): number => spans.start[i] + spans.duration[i];
  for (const {
    spans: { compute },
  } of ranks) {
    for (let at = 0; at < compute.length; at += 1) {
      const i = compute[at];
      const stage = spans.stage[i];
      if (stage === NONE || spans.batch[i] === NONE) continue;
      const key = keys.keyOf(places.stageOrdinal[stage], spans.batch[i], DIRECTION_OF_PASS[spans.pass[i]]);
      const known = last.get(key);
      if (known === NONE || endOf(i) > endOf(known)) last.set(key, i);
    }
  }
  const lookUp = (position: number, batch: number, direction: number): number => {
    const key = keys.keyOf(position, batch, direction);
    return key === NONE ? NONE : last.get(key);
  };
  const lastPosition = places.stageOrdinal.length - 1;
  return {
    find: ({ position, batch, direction }) => lookUp(position, batch, direction),
    needOf(span) {
      const stage = spans.stage[span];
      const batch = spans.batch[span];
      const direction = DIRECTION_OF_PASS[spans.pass[span]];
      if (stage === NONE || batch === NONE || (direction !== FORWARD && direction !== BACKWARD)) return undefined;
      const position = places.stageOrdinal[stage] + (direction === FORWARD ? -1 : 1);
      return position < 0 || position > lastPosition ? undefined : { position, batch, direction };
    },
    ownOf(span) {
      const stage = spans.stage[span];
      const direction = DIRECTION_OF_PASS[spans.pass[span]];
      if (stage === NONE || spans.batch[span] === NONE || direction === FORWARD) return NONE;
      return lookUp(places.stageOrdinal[stage], spans.batch[span], direction - 1);
    },
  };
}
