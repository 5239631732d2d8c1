/**
 * What a pipeline's actions need of each other: the same for every schedule, whoever executes them.
 *
 * A forward needs the forward of the stage before it; a backward (or input-grad) its own forward and the backward (or
 * input-grad) of the stage after it; a weight-grad its own input-grad. This file orders nothing and times nothing.
 */
import { computeActionsOf, type ComputeAction, type ComputePass, type Order } from "./action.ts";

/** Why an action waits for another: the activation, the gradient, the loss, or the same rank's earlier half of the work. */
type DependencyKind = "forward" | "backward" | "turn" | "own";

export interface Need {
  readonly kind: DependencyKind;
  readonly stage: number;
  readonly batch: number;
  /** Any one of these passes satisfies it. */
  readonly passes: readonly ComputePass[];
}

const GRADIENT: readonly ComputePass[] = ["backward", "input-grad"];

/** Direct needs of an action in a chain of `stages`. */
export function needsOf({ stage, batch, pass }: ComputeAction, stages: number): readonly Need[] {
  switch (pass) {
    case "forward":
      return stage === 0 ? [] : [{ kind: "forward", stage: stage - 1, batch, passes: ["forward"] }];
    case "backward":
    case "input-grad":
      return stage === stages - 1
        ? [{ kind: "turn", stage, batch, passes: ["forward"] }]
        : [
            { kind: "own", stage, batch, passes: ["forward"] },
            { kind: "backward", stage: stage + 1, batch, passes: GRADIENT },
          ];
    case "weight-grad":
      return [{ kind: "own", stage, batch, passes: ["input-grad"] }];
  }
}

/** Where every computing action of an order stands. */
export interface ActionPlace {
  readonly action: ComputeAction;
  readonly rank: number;
  /** Position in the rank's list; the parts of a fused action share it. */
  readonly position: number;
}

const PASS_CODE: Readonly<Record<ComputePass, number>> = { forward: 0, backward: 1, "input-grad": 2, "weight-grad": 3 };

/** Finds actions by what they compute. */
export interface ActionIndex {
  readonly places: readonly ActionPlace[];
  find(wanted: Pick<ComputeAction, "stage" | "batch" | "pass">): number | undefined;
  /** Index in `places` of the first pass that is there. */
  findAny(need: Need): number | undefined;
  /** Pairs of places that compute the same. */
  readonly duplicates: readonly (readonly [ActionPlace, ActionPlace])[];
}

export function indexActions({ ranks, batches }: Pick<Order, "ranks" | "batches">): ActionIndex {
  const keyOf = ({ stage, batch, pass }: Pick<ComputeAction, "stage" | "batch" | "pass">): number =>
    (stage * batches + batch) * 4 + PASS_CODE[pass];
  const places: ActionPlace[] = [];
  const byKey = new Map<number, number>();
  const duplicates: [ActionPlace, ActionPlace][] = [];
  for (const [rank, actions] of ranks.entries()) {
    for (const [position, whole] of actions.entries()) {
      for (const action of computeActionsOf(whole)) {
        const place = { action, rank, position };
        const key = keyOf(action);
        const earlier = byKey.get(key);
        if (earlier === undefined) byKey.set(key, places.length);
        else duplicates.push([places[earlier], place]);
        places.push(place);
      }
    }
  }
  const find: ActionIndex["find"] = (wanted) => byKey.get(keyOf(wanted));
  return {
    places,
    duplicates,
    find,
    findAny: ({ stage, batch, passes }) => {
      for (const pass of passes) {
        const at = find({ stage, batch, pass });
        if (at !== undefined) return at;
      }
      return undefined;
    },
  };
}
