/**
 * What a rank does, step by step, as data: the one form in which every schedule is written, validated and simulated.
 *
 * An order says who does what after what, never when: times come from the simulator. Words are those of REFERENCE §2; the
 * short texts (`3F1`, `2I0`, `0SEND_F4`) are PyTorch's newer ones, used in error messages and in CSV files.
 */

/** Passes that an action computes; `backward` is input-grad and weight-grad in one. */
export type ComputePass = "forward" | "backward" | "input-grad" | "weight-grad";

/** Computes one batch of one stage. */
export interface ComputeAction {
  readonly kind: "compute";
  readonly stage: number;
  readonly batch: number;
  readonly pass: ComputePass;
}

/** Sends what the stage computed, or receives what it needs, of that direction. */
export interface TransferAction {
  readonly kind: "send" | "recv";
  readonly stage: number;
  readonly batch: number;
  readonly pass: "forward" | "backward";
}

/** Work of sharded weights that belongs to no batch. */
interface StageAction {
  readonly kind: "unshard" | "reshard" | "reduce-grad";
  readonly stage: number;
}

/** Several actions issued as one: a forward overlapped with a backward, or transfers in one batch. */
export interface FusedAction {
  readonly kind: "overlap" | "batch-p2p";
  readonly parts: readonly (ComputeAction | TransferAction)[];
}

/** An empty step of a table; it takes no time. */
interface IdleAction {
  readonly kind: "idle";
}

export type Action = ComputeAction | TransferAction | StageAction | FusedAction | IdleAction;

export interface Order {
  /** Name of the schedule. */
  readonly schedule: string;
  readonly stages: number;
  readonly batches: number;
  /** Entry r: the actions of rank r, in the order in which it starts them. */
  readonly ranks: readonly (readonly Action[])[];
  /** At most so many batches between the start of their first action and the end of their last; absent: any number. */
  readonly inFlightLimit?: number;
  /** Batches that the channel between two ranks holds; only where ranks hand over through bounded channels (dataflow). */
  readonly bufferDepth?: number;
}

const PASS_TEXT: Readonly<Record<ComputePass, string>> = {
  forward: "F",
  backward: "B",
  "input-grad": "I",
  "weight-grad": "W",
};

/** PyTorch's newer text of an action: `3F1`, `(0F7;7B3)OVERLAP_F_B`; empty for an idle step. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case "compute":
      return `${action.stage}${PASS_TEXT[action.pass]}${action.batch}`;
    case "send":
    case "recv":
      return `${action.stage}${action.kind.toUpperCase()}_${PASS_TEXT[action.pass]}${action.batch}`;
    case "unshard":
    case "reshard":
    case "reduce-grad":
      return `${action.stage}${action.kind.toUpperCase().replace("-", "_")}`;
    case "overlap":
      return `(${action.parts.map(describeAction).join(";")})OVERLAP_F_B`;
    case "batch-p2p":
      return `(${action.parts.map(describeAction).join(";")})BATCH_P2P`;
    case "idle":
      return "";
  }
}

/** The computing inside an action: itself, its parts, or nothing. */
export function computeActionsOf(action: Action): readonly ComputeAction[] {
  if (action.kind === "compute") return [action];
  if (action.kind !== "overlap" && action.kind !== "batch-p2p") return [];
  return action.parts.filter((part) => part.kind === "compute");
}

/** The sends and receives inside an action. */
export function transferActionsOf(action: Action): readonly TransferAction[] {
  if (action.kind === "send" || action.kind === "recv") return [action];
  if (action.kind !== "overlap" && action.kind !== "batch-p2p") return [];
  return action.parts.filter((part) => part.kind !== "compute");
}

const computes = (pass: ComputePass, stage: number, batch: number): ComputeAction => ({
  kind: "compute",
  stage,
  batch,
  pass,
});
export const forward = (stage: number, batch: number): ComputeAction => computes("forward", stage, batch);
export const backward = (stage: number, batch: number): ComputeAction => computes("backward", stage, batch);
export const inputGrad = (stage: number, batch: number): ComputeAction => computes("input-grad", stage, batch);
export const weightGrad = (stage: number, batch: number): ComputeAction => computes("weight-grad", stage, batch);

/** 0 … count − 1. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
