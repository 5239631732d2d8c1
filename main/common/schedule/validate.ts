/**
 * Refuses orders that nobody can execute: an action twice, one whose input is never produced, a rank that waits for itself
 * in a circle, a receive without a send. The error names the action and the rank. It does not judge how good an order is.
 */
import { AppError } from "../errors.ts";
import { describeAction, transferActionsOf, type Order, type TransferAction } from "./action.ts";
import { indexActions, needsOf, type ActionIndex, type ActionPlace, type Need } from "./dependencies.ts";

const impossible = ({ what, todo }: { what: string; todo: string }): AppError =>
  new AppError({ code: "impossible-order", what, todo });

const nameOf = ({ action }: ActionPlace): string => describeAction(action);

/** @throws AppError impossible-order */
export function validateOrder(order: Order): void {
  const index = indexActions(order);
  checkEachOnce(index);
  checkInRange(order, index);
  const needs = index.places.map((place) => needsOf(place.action, order.stages));
  checkInputsExist(index, needs);
  checkBackwardsAreWhole(index);
  checkTransfers(order, index);
  checkNoCircle(order, { index, needs });
}

function checkEachOnce({ duplicates }: ActionIndex): void {
  for (const [first, second] of duplicates) {
    throw impossible({
      what: `rank ${second.rank} runs ${nameOf(second)}, which rank ${first.rank} runs already`,
      todo: "let every action stand once in the schedule",
    });
  }
}

function checkInRange({ stages, batches }: Order, { places }: ActionIndex): void {
  for (const place of places) {
    const { stage, batch } = place.action;
    if (stage >= 0 && stage < stages && batch >= 0 && batch < batches) continue;
    throw impossible({
      what: `rank ${place.rank} runs ${nameOf(place)} in a schedule of ${stages} stages and ${batches} batches`,
      todo: "number stages and batches from 0",
    });
  }
}

function checkInputsExist(index: ActionIndex, needs: readonly (readonly Need[])[]): void {
  for (const [at, place] of index.places.entries()) {
    for (const need of needs[at]) {
      if (index.findAny(need) !== undefined) continue;
      const wanted = describeAction({ kind: "compute", stage: need.stage, batch: need.batch, pass: need.passes[0] });
      throw impossible({
        what: `rank ${place.rank} runs ${nameOf(place)}, but no rank runs ${wanted}, which it needs`,
        todo: `add ${wanted} to the schedule`,
      });
    }
  }
}

/** Where anything runs backward, everything does, and an input-grad is completed by its weight-grad and by nothing else. */
function checkBackwardsAreWhole(index: ActionIndex): void {
  const isTraining = index.places.some(({ action }) => action.pass !== "forward");
  if (!isTraining) return;
  for (const place of index.places) {
    const { stage, batch, pass } = place.action;
    const whole = index.find({ stage, batch, pass: "backward" });
    const split = index.find({ stage, batch, pass: "input-grad" });
    if (pass === "forward" && whole === undefined && split === undefined) {
      throw impossible({
        what: `rank ${place.rank} runs ${nameOf(place)}, but no rank runs its backward`,
        todo: `add ${describeAction({ kind: "compute", stage, batch, pass: "backward" })} to the schedule`,
      });
    }
    if (pass === "backward" && split !== undefined) {
      throw impossible({
        what: `rank ${place.rank} runs ${nameOf(place)}, but rank ${index.places[split].rank} runs ${nameOf(index.places[split])}`,
        todo: "run a backward either whole or split, not both",
      });
    }
    if (pass === "input-grad" && index.find({ stage, batch, pass: "weight-grad" }) === undefined) {
      throw impossible({
        what: `rank ${place.rank} runs ${nameOf(place)}, but no rank runs its weight-grad`,
        todo: `add ${describeAction({ kind: "compute", stage, batch, pass: "weight-grad" })} to the schedule`,
      });
    }
  }
}

const transferKey = ({ kind, stage, batch, pass }: TransferAction): string => `${kind} ${stage} ${batch} ${pass}`;

/** Where transfers are written out, each has its other end, and stands after what it sends or before what it feeds. */
function checkTransfers(order: Order, index: ActionIndex): void {
  const places = new Map<string, { transfer: TransferAction; rank: number; position: number }>();
  for (const [rank, actions] of order.ranks.entries()) {
    for (const [position, action] of actions.entries()) {
      for (const transfer of transferActionsOf(action)) places.set(transferKey(transfer), { transfer, rank, position });
    }
  }
  for (const { transfer, rank, position } of places.values()) {
    const { kind, stage, batch, pass } = transfer;
    const isSend = kind === "send";
    const step = (pass === "forward") === isSend ? 1 : -1;
    const other: TransferAction = { kind: isSend ? "recv" : "send", stage: stage + step, batch, pass };
    if (!places.has(transferKey(other))) {
      throw impossible({
        what: `rank ${rank} runs ${describeAction(transfer)}, but no rank runs ${describeAction(other)}`,
        todo: "let every send have its receive and every receive its send",
      });
    }
    const work = index.findAny({
      kind: "own",
      stage,
      batch,
      passes: pass === "forward" ? ["forward"] : ["backward", "input-grad"],
    });
    const place = work === undefined ? undefined : index.places[work];
    if (place?.rank === rank && (isSend ? place.position < position : place.position > position)) continue;
    throw impossible({
      what: `rank ${rank} runs ${describeAction(transfer)} without computing what it ${isSend ? "sends before" : "feeds after"} it`,
      todo: `put it ${isSend ? "after" : "before"} the computing on the same rank`,
    });
  }
}

/** Executes the order without time: whatever is left over waits in a circle (Kahn 1962). */
function checkNoCircle(
  order: Order,
  { index, needs }: { index: ActionIndex; needs: readonly (readonly Need[])[] },
): void {
  const { places } = index;
  const isDone = new Uint8Array(places.length);
  const byRank = order.ranks.map((): number[][] => []);
  for (const [at, { rank, position }] of places.entries()) {
    const last = byRank[rank].at(-1);
    if (last !== undefined && places[last[0]].position === position) last.push(at);
    else byRank[rank].push([at]);
  }
  const next = order.ranks.map(() => 0);
  const missingOf = (group: readonly number[]): Need | undefined => {
    for (const at of group) {
      for (const need of needs[at]) {
        const found = index.findAny(need);
        if (found === undefined || (isDone[found] === 0 && !group.includes(found))) return need;
      }
    }
    return undefined;
  };
  for (let moved = true; moved;) {
    moved = false;
    for (const [rank, groups] of byRank.entries()) {
      while (next[rank] < groups.length && missingOf(groups[next[rank]]) === undefined) {
        for (const at of groups[next[rank]]) isDone[at] = 1;
        next[rank] += 1;
        moved = true;
      }
    }
  }
  for (const [rank, groups] of byRank.entries()) {
    if (next[rank] === groups.length) continue;
    const group = groups[next[rank]];
    const need = missingOf(group);
    if (need === undefined) continue;
    const wanted = describeAction({ kind: "compute", stage: need.stage, batch: need.batch, pass: need.passes[0] });
    throw impossible({
      what: `rank ${rank} waits for ever at ${nameOf(places[group[0]])}: it needs ${wanted}, which comes only after it`,
      todo: `put ${wanted} earlier in its rank's order`,
    });
  }
}
