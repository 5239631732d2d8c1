/** A person's change of the stage mapping, as the list that the backend takes. Pure; the automatic mapping is the backend's. */
import type { GivenStagePair, StagePair } from "#common/comparison.ts";

/**
 * The mapping with stage `a` of A belonging to `b` of B, or to none. A stage has one partner: whoever had `b` before has none.
 */
export function changedMapping(
  mapping: readonly StagePair[],
  { a, b }: { readonly a: number; readonly b: number | undefined },
): readonly GivenStagePair[] {
  const kept = mapping.flatMap((pair) =>
    pair.a === undefined || pair.b === undefined || pair.a === a || pair.b === b ? [] : [{ a: pair.a, b: pair.b }],
  );
  return b === undefined ? kept : [...kept, { a, b }];
}

/** Whether any pair was given by a person. */
export function isGiven(mapping: readonly StagePair[]): boolean {
  return mapping.some(({ by }) => by === "given");
}
