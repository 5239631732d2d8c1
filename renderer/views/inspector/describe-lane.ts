/** A lane in the words of its trace: names where the trace gave them, its ids otherwise. */
import type { Lane } from "#common/model.ts";

export function describeLane({ process, thread, processName, threadName, kind, overflowOf }: Lane): string {
  const words = [processName ?? (process === "" ? "" : `process ${process}`), threadName ?? `${kind} ${thread}`];
  const text = words.filter((word) => word !== "").join(" · ");
  return overflowOf === undefined ? text : `${text} (overlaps moved here)`;
}
