/**
 * Schedules as tables in PyTorch's CSV form: one row a rank, one column a step, an empty field an idle step (REFERENCE §5).
 *
 * Old text writes `B` for the input-grad and `BW` for the whole backward, new text `I` and `B`. Where any `BW` occurs, or the
 * same stage and batch has a `W` of its own, `B` is the input-grad. Written is always the new text. Whether the order can be
 * executed is for `validateOrder`.
 */
import { AppError } from "../errors.ts";
import { computeActionsOf, describeAction, transferActionsOf } from "./action.ts";
import type { Action, ComputeAction, ComputePass, Order, TransferAction } from "./action.ts";

const ACTION = /^(\d+)(UNSHARD|RESHARD|REDUCE_GRAD|SEND_F|RECV_F|SEND_B|RECV_B|BW|F|B|I|W)(\d*)$/u;
const FUSED = /^\((.+)\)(OVERLAP_F_B|BATCH_P2P)$/u;

const PASSES: Readonly<Record<string, ComputePass>> = {
  F: "forward",
  B: "backward",
  BW: "backward",
  I: "input-grad",
  W: "weight-grad",
};
const STAGE_ACTIONS = { UNSHARD: "unshard", RESHARD: "reshard", REDUCE_GRAD: "reduce-grad" } as const;

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Reads a table. @throws AppError malformed-schedule with row and step, both from 1 */
export function readScheduleCsv(text: string, { name }: { name: string }): Order {
  const rows = text
    .replace(/^\uFEFF/u, "")
    .split(/\r?\n/u)
    .map((line) => line.trim());
  while (rows.at(-1) === "") rows.pop();
  if (rows.length === 0) {
    throw new AppError({
      code: "malformed-schedule",
      what: "the table has no rows",
      where: { file: name },
      todo: "give one row a rank, with actions such as 0F0 separated by commas",
    });
  }
  const usesOldText = /\dBW\d/u.test(text);
  const splits = findSplits(text);
  const ranks = rows.map((line, row) =>
    line.split(",").map((field, column) => {
      const action = readAction(field.trim());
      if (action === undefined) throw unreadable({ field, name, place: { row: row + 1, column: column + 1 } });
      return reinterpret(action, ({ stage, batch }) => usesOldText || splits.has(`${stage}W${batch}`), field);
    }),
  );
  const works = ranks.flat().flatMap((action) => [...computeActionsOf(action), ...transferActionsOf(action)]);
  return {
    schedule: name,
    stages: 1 + works.reduce((most, { stage }) => Math.max(most, stage), -1),
    batches: 1 + works.reduce((most, { batch }) => Math.max(most, batch), -1),
    ranks: ranks.map(dropTrailingIdle),
  };
}

/** The table of an order, with a line end after each row. */
export function writeScheduleCsv({ ranks }: Pick<Order, "ranks">): string {
  return ranks.map((actions) => `${actions.map(describeAction).join(",")}\n`).join("");
}

function unreadable({ field, name, place }: { field: string; name: string; place: Place }): AppError {
  return new AppError({
    code: "malformed-schedule",
    what: `"${field.trim()}" is no action`,
    where: { file: name, row: place.row, column: `step ${place.column}` },
    todo: "write actions such as 0F0, 2B1, 2I1, 2W1, 0SEND_F0, 1RECV_F0, 0UNSHARD or (0F7;7B3)OVERLAP_F_B",
  });
}

/** Stage and batch of every weight-grad, as `3W1`. */
const findSplits = (text: string): ReadonlySet<string> =>
  new Set(Array.from(text.matchAll(/(\d+)W(\d+)/gu), ([, stage, batch]) => `${Number(stage)}W${Number(batch)}`));

function readAction(field: string): Action | undefined {
  if (field === "") return { kind: "idle" };
  const fused = FUSED.exec(field);
  if (fused === null) return readSingle(field);
  const parts = fused[1].split(";").map((part) => readSingle(part.trim()));
  if (!parts.every((part) => part !== undefined && isWork(part))) return undefined;
  return { kind: fused[2] === "OVERLAP_F_B" ? "overlap" : "batch-p2p", parts };
}

const isWork = (action: Action): action is ComputeAction | TransferAction =>
  action.kind === "compute" || action.kind === "send" || action.kind === "recv";

function readSingle(field: string): Action | undefined {
  const match = ACTION.exec(field);
  if (match === null) return undefined;
  const [, stageText, word, batchText] = match;
  const stage = Number(stageText);
  if (Object.hasOwn(STAGE_ACTIONS, word)) {
    return batchText === "" ? { kind: STAGE_ACTIONS[word as keyof typeof STAGE_ACTIONS], stage } : undefined;
  }
  if (batchText === "") return undefined;
  const batch = Number(batchText);
  if (Object.hasOwn(PASSES, word)) return { kind: "compute", stage, batch, pass: PASSES[word] };
  const [kind, direction] = word.split("_");
  return { kind: kind === "SEND" ? "send" : "recv", stage, batch, pass: direction === "F" ? "forward" : "backward" };
}

/** Turns a `B` that means input-grad into one; `BW` and fused backwards of new text stay whole. */
function reinterpret(action: Action, isSplit: (action: ComputeAction) => boolean, field: string): Action {
  if (action.kind === "overlap" || action.kind === "batch-p2p") {
    const texts = field.slice(field.indexOf("(") + 1, field.lastIndexOf(")")).split(";");
    return { kind: action.kind, parts: action.parts.map((part, i) => reinterpretWork(part, isSplit, texts[i])) };
  }
  return isWork(action) ? reinterpretWork(action, isSplit, field) : action;
}

function reinterpretWork<Work extends ComputeAction | TransferAction>(
  work: Work,
  isSplit: (action: ComputeAction) => boolean,
  text: string,
): Work | ComputeAction {
  if (work.kind !== "compute" || work.pass !== "backward" || text.includes("BW") || !isSplit(work)) return work;
  return { ...work, pass: "input-grad" };
}

function dropTrailingIdle(actions: readonly Action[]): readonly Action[] {
  return actions.slice(0, 1 + actions.findLastIndex(({ kind }) => kind !== "idle"));
}
