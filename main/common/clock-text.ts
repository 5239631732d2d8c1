/** How the clock of a file was set, in words: the same in commands and in the window. */
import { formatDuration, formatSignedDuration } from "./format.ts";
import type { FileClock } from "./report.ts";

const BASES: Readonly<Record<FileClock["base"], string>> = {
  epoch: "by its epoch",
  "as written": "as written",
  "first event": "from its first event",
};

/** `by its epoch, −3.000 ms, −20.0 ppm, ± 250.1 µs (528 pairs)` */
export function describeClock(clock: FileClock): string {
  const { base, offsetNs, driftPpm, pairs, residualNs } = clock;
  const correction =
    offsetNs === 0 && driftPpm === 0
      ? []
      : [formatSignedDuration(offsetNs), ...(driftPpm === 0 ? [] : [formatDrift(driftPpm)])];
  const of = pairs === 0 ? "" : ` (${pairs} pairs)`;
  return [BASES[base], ...correction, `${describeResidual({ residualNs, unavailable: clock.unavailable })}${of}`].join(
    ", ",
  );
}

/** `± 250.1 µs`, `the others follow it`, `residual: unavailable, …` */
export function describeResidual({
  residualNs,
  unavailable,
}: {
  readonly residualNs?: number | undefined;
  readonly unavailable?: string | undefined;
}): string {
  if (residualNs === undefined) return `residual: unavailable, ${unavailable ?? "nothing tells it"}`;
  return residualNs === 0 ? "the others follow it" : `± ${formatDuration(residualNs)}`;
}

function formatDrift(ppm: number): string {
  const sign = ppm < 0 ? "−" : "+";
  return `${sign}${Math.abs(ppm).toFixed(1)} ppm`;
}
