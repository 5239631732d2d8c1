/**
 * Ids of the nouns of a run: small integers, each branded so that a lane is never taken for a stage.
 *
 * Ids are dense and start at 0. In span columns -1 says "none": a typed array has no `undefined`. An id is never shown to
 * a person as a name, and a name is never used as a key.
 */

declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

export type StageId = Id<"stage">;
export type LaneId = Id<"lane">;
export type NameId = Id<"name">;
/** Position of a span in the canonical order of its run (see `SpanColumns`). */
export type SpanId = Id<"span">;
/** Names a run within a library: the file name without its suffix. */
export type RunId = string & { readonly [brand]: "run" };
export type JobId = Id<"job">;

/** "None" in an id column. */
export const NONE = -1;

/** Brands an integer that the caller knows to be an id of that kind. */
export const stageId = (value: number): StageId => value as StageId;
export const laneId = (value: number): LaneId => value as LaneId;
export const nameId = (value: number): NameId => value as NameId;
export const spanId = (value: number): SpanId => value as SpanId;
export const jobId = (value: number): JobId => value as JobId;
export const runId = (value: string): RunId => value as RunId;
