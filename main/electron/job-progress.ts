/**
 * What the dock or the taskbar shows of all jobs together, in the numbers of `BrowserWindow.setProgressBar`: one bar can only
 * say how far the whole is.
 */
import type { JobSummary } from "./backend-protocol.ts";

/** Removes the bar. */
const NOTHING = -1;
/** Above 1 the bar only says that something goes on. */
const UNKNOWN = 2;

export function progressOf(running: readonly Pick<JobSummary, "share">[]): number {
  if (running.length === 0) return NOTHING;
  let sum = 0;
  for (const { share } of running) {
    if (share === undefined) return UNKNOWN;
    sum += share;
  }
  return sum / running.length;
}
