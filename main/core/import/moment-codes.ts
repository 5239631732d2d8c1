/** Codes in `MomentColumns.kind`: where an instant counts, and which end of a flow a point is. */
import type { FlowPoint, Instant } from "#common/model.ts";

export const SCOPE_THREAD = 0;
export const SCOPE_PROCESS = 1;
export const SCOPE_GLOBAL = 2;

/** Scopes of instants by code. */
export const SCOPES: readonly Instant["scope"][] = ["thread", "process", "global"];

/** Added to the step of a flow point that binds to the next span. */
export const FLOW_NEXT = 4;

/** Steps of flow points by code, without `FLOW_NEXT`. */
export const FLOW_STEPS: readonly FlowPoint["step"][] = ["start", "step", "end"];
