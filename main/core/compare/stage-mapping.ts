/**
 * Which stage of A belongs with which of B: by name, then by ordinal; or as a person says.
 *
 * By name: stages of a name that occurs equally often in both runs, the k-th with the k-th. By ordinal: what is left, where
 * both runs have a stage of that ordinal left. The rest has no partner and keeps a row of its own. Rows come in the order of
 * A's ordinals, those of B alone at the end.
 */
import type { GivenStagePair, StagePair } from "#common/comparison.ts";
import { AppError } from "#common/errors.ts";
import { NONE } from "#common/ids.ts";
import type { Stage } from "#common/model.ts";

export interface StageMapping {
  readonly pairs: readonly StagePair[];
  /** Row of every stage, by id. */
  readonly rowOfA: Int32Array;
  readonly rowOfB: Int32Array;
}

/** @throws AppError invalid-argument for a given pair of stages that do not exist, or a stage given twice */
export function mapStages({
  a,
  b,
  given,
}: {
  readonly a: readonly Stage[];
  readonly b: readonly Stage[];
  readonly given?: readonly GivenStagePair[] | undefined;
}): StageMapping {
  const found = given === undefined ? pairAutomatically(a, b) : takeGiven(given, { a, b });
  const byA = new Map(found.map((pair) => [pair.a, pair]));
  const takenB = new Set(found.map((pair) => pair.b));
  const inOrder = (stages: readonly Stage[]): Stage[] => stages.toSorted((one, other) => one.ordinal - other.ordinal);
  const nameOfB = new Map(b.map(({ id, name }) => [id as number, name]));
  const pairs: StagePair[] = [
    ...inOrder(a).map(({ id, name }): StagePair => {
      const pair = byA.get(id);
      if (pair === undefined) return { a: id, nameA: name, by: "none" };
      const nameB = nameOfB.get(pair.b);
      return { a: id, b: pair.b, nameA: name, ...(nameB === undefined ? {} : { nameB }), by: pair.by };
    }),
    ...inOrder(b)
      .filter(({ id }) => !takenB.has(id))
      .map(({ id, name }): StagePair => ({ b: id, nameB: name, by: "none" })),
  ];
  const rowOfA = new Int32Array(a.length).fill(NONE);
  const rowOfB = new Int32Array(b.length).fill(NONE);
  pairs.forEach((pair, row) => {
    if (pair.a !== undefined) rowOfA[pair.a] = row;
    if (pair.b !== undefined) rowOfB[pair.b] = row;
  });
  return { pairs, rowOfA, rowOfB };
}

interface FoundPair extends GivenStagePair {
  readonly by: "name" | "ordinal" | "given";
}

function pairAutomatically(a: readonly Stage[], b: readonly Stage[]): FoundPair[] {
  const found: FoundPair[] = [];
  const ofNameB = Map.groupBy(b, ({ name }) => name);
  for (const [name, stages] of Map.groupBy(a, (stage) => stage.name)) {
    const partners = ofNameB.get(name) ?? [];
    if (partners.length !== stages.length) continue;
    const inOrder = partners.toSorted((one, other) => one.ordinal - other.ordinal);
    stages
      .toSorted((one, other) => one.ordinal - other.ordinal)
      .forEach(({ id }, k) => found.push({ a: id, b: inOrder[k].id, by: "name" }));
  }
  const takenA = new Set(found.map((pair) => pair.a));
  const takenB = new Set(found.map((pair) => pair.b));
  const leftB = new Map(b.filter(({ id }) => !takenB.has(id)).map(({ id, ordinal }) => [ordinal, id]));
  for (const { id, ordinal } of a) {
    const partner = leftB.get(ordinal);
    if (!takenA.has(id) && partner !== undefined) found.push({ a: id, b: partner, by: "ordinal" });
  }
  return found;
}

function takeGiven(
  given: readonly GivenStagePair[],
  { a, b }: { readonly a: readonly Stage[]; readonly b: readonly Stage[] },
): FoundPair[] {
  const seen = { a: new Set<number>(), b: new Set<number>() };
  const check = (side: "a" | "b", stage: number, stages: readonly Stage[]): void => {
    const run = side.toUpperCase();
    if (stage >= stages.length) {
      throw new AppError({
        code: "invalid-argument",
        what: `run ${run} has no stage ${stage}`,
        todo: `choose one of 0…${stages.length - 1}`,
      });
    }
    if (seen[side].has(stage)) {
      throw new AppError({ code: "invalid-argument", what: `stage ${stage} of run ${run} has two partners` });
    }
    seen[side].add(stage);
  };
  return given.map((pair) => {
    check("a", pair.a, a);
    check("b", pair.b, b);
    return { a: pair.a, b: pair.b, by: "given" };
  });
}
