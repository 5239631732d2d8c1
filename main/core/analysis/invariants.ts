/**
 * What must hold for every report (DESIGN §7): checked at every import and shown when violated, never repaired here.
 */
import type { ImportReport, RunReport } from "#common/report.ts";
import { buildReport, isNoPipeline } from "./build-report.ts";
import type { AnalysisInput } from "./input.ts";

/** Shares are doubles: two ways to the same one may differ in the last bits. */
const SHARE_TOLERANCE = 1e-9;

/** Violations of a report, in words; empty when all hold. */
export function checkReport({ makespanNs, bubble, initiationInterval }: RunReport): string[] {
  const violations = checkBubbles(bubble, makespanNs);
  for (const { rank, meanNs, boundNs } of initiationInterval.rows) {
    if (meanNs !== undefined && boundNs !== undefined && boundNs > meanNs) {
      violations.push(`rank ${rank}: bound ${boundNs} ns exceeds the mean interval ${meanNs} ns`);
    }
  }
  return violations;
}

function checkBubbles(bubble: RunReport["bubble"], makespanNs: number): string[] {
  const violations: string[] = [];
  for (const { rank, busyNs, ratio, byCauseNs } of bubble.rows) {
    const causes = Object.entries(byCauseNs);
    const idleNs = causes.reduce((sum, [, ns]) => sum + ns, 0);
    if (busyNs + idleNs !== makespanNs) {
      violations.push(`rank ${rank}: busy ${busyNs} ns + idle ${idleNs} ns is not the window of ${makespanNs} ns`);
    }
    for (const [cause, ns] of causes) {
      if (ns < 0) violations.push(`rank ${rank}: ${ns} ns of idle time with the cause ${cause}`);
    }
    if (Math.abs(ratio * makespanNs - idleNs) > SHARE_TOLERANCE * makespanNs) {
      violations.push(`rank ${rank}: bubble ratio ${ratio} is not ${idleNs} ns of ${makespanNs} ns`);
    }
  }
  const mean = bubble.rows.reduce((sum, row) => sum + row.ratio, 0) / bubble.rows.length;
  if (Math.abs(mean - bubble.ratio) > SHARE_TOLERANCE) {
    violations.push(`bubble ratio ${bubble.ratio} is not the mean ${mean} of the ranks`);
  }
  return violations;
}

/**
 * Violations of the default scope of a run; a run without a pipeline has no figures to violate anything.
 * @internal Tests check whole runs with it; an import watches its spans as they pass (invariant-watch.ts).
 */
export function checkInvariants(input: AnalysisInput): string[] {
  const report = buildReport(input);
  return isNoPipeline(report) ? [] : checkReport(report);
}

/**
 * Counts of an import: what was read is what was stored or skipped.
 * @param pairedEvents events beyond the first of each span: one an E event that closed a B
 * @internal Tests check import reports with it.
 */
export function checkCounts(
  { events, skipped }: Pick<ImportReport, "events" | "skipped">,
  { pairedEvents, storedSpans }: { pairedEvents: number; storedSpans: number },
): string[] {
  const dropped = skipped.reduce((sum, { count }) => sum + count, 0);
  const { read, spans, instants, counters, flows, metadata } = events;
  const accounted = spans + pairedEvents + instants + counters + flows + metadata + dropped;
  const violations: string[] = [];
  if (accounted !== read) violations.push(`${read} events read, but ${accounted} stored or skipped`);
  if (storedSpans !== spans) violations.push(`${spans} spans imported, but ${storedSpans} stored`);
  return violations;
}
