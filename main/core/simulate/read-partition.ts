/** A partition as people type it, for whoever asks for one. */
import { AppError } from "#common/errors.ts";
import { parsePartition, type StageRange } from "#common/schedule/partition.ts";

/** @throws AppError invalid-argument unless the text covers the stages in order */
export function readPartition({ text, stages }: { text: string; stages: number }): readonly StageRange[] {
  const ranges = parsePartition({ text, stages });
  if (ranges !== undefined) return ranges;
  throw new AppError({
    code: "invalid-argument",
    what: `"${text}" is not a partition of ${stages} stages`,
    todo: `write ranges that cover 0-${stages - 1} in order, such as 0-2,3-${stages - 1}`,
  });
}
