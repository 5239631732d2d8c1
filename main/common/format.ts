/**
 * Values as text for people, one formatter per unit, the same in commands and in the window.
 *
 * English, no locale: a figure read out on a call must look the same on both screens. It formats and does not round what is
 * kept: programs get the plain number. Digits that change (a progress, a hover) keep their width with tabular figures.
 */
const UNITS = [
  { unit: "ns", ns: 1 },
  { unit: "µs", ns: 1_000 },
  { unit: "ms", ns: 1_000_000 },
  { unit: "s", ns: 1_000_000_000 },
] as const;

/** `auto`: the unit that leaves 1…999 before the point. */
export const DURATION_UNITS = ["auto", "s", "ms", "µs", "ns"] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];

let readUnit: () => DurationUnit = () => "auto";

/**
 * Every length of time in the unit that `read` gives from now on: where a person has chosen one. It is asked at every length,
 * so that a page that follows what it reads follows the choice too. Commands never call this.
 */
export function followDurationUnit(read: () => DurationUnit): void {
  readUnit = read;
}

/** A length of time in the unit that leaves 1…999 before the point, four significant digits: `676.7 ms`, `11.34 ms`, `42 ns`. */
export function formatDuration(durationNs: number): string {
  if (durationNs < 0) return `−${formatDuration(-durationNs)}`;
  const chosen = UNITS.find(({ unit }) => unit === readUnit());
  if (chosen !== undefined) return `${sameUnit(durationNs / chosen.ns)} ${chosen.unit}`;
  if (durationNs < 1) return durationNs === 0 ? "0 ns" : `${durationNs.toPrecision(2)} ns`;
  const seconds = durationNs / 1e9;
  if (seconds >= 999.95) return formatLongDuration(seconds);
  for (const { unit, ns } of UNITS) {
    const text = fourDigits(durationNs / ns);
    if (Number(text) < 1_000) {
      return `${unit === "ns" && Number.isInteger(durationNs) ? String(durationNs) : text} ${unit}`;
    }
  }
  return formatLongDuration(seconds);
}

/** Four significant digits without an exponent: `2,019.2`, `12.50`, `0.000042`. Whole numbers as they are. */
function sameUnit(value: number): string {
  if (value === 0) return "0";
  if (value >= 1_000) return value < 99_999 && !Number.isInteger(value) ? withTenth(value) : formatCount(value);
  if (value >= 1) return Number.isInteger(value) ? String(value) : fourDigits(value);
  return value.toFixed(Math.min(12, 3 - Math.floor(Math.log10(value))));
}

function withTenth(value: number): string {
  const [whole = "", tenth = "0"] = value.toFixed(1).split(".");
  return `${formatCount(Number(whole))}.${tenth}`;
}

function fourDigits(value: number): string {
  for (const { below, decimals } of [
    { below: 10, decimals: 3 },
    { below: 100, decimals: 2 },
  ]) {
    const text = value.toFixed(decimals);
    if (Number(text) < below) return text;
  }
  return value.toFixed(1);
}

function formatLongDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/**
 * A part of time by its ends, with as many digits as tell its thousandth part, and its length: `1.2300 s to 1.4560 s
 * (226.0 ms)`.
 */
export function formatTimeRange({ fromNs, toNs }: { fromNs: number; toNs: number }): string {
  const furthestNs = Math.max(Math.abs(fromNs), Math.abs(toNs));
  const chosen = UNITS.find(({ unit }) => unit === readUnit());
  const { unit, ns } = chosen ?? UNITS.findLast((candidate) => furthestNs >= candidate.ns) ?? UNITS[0];
  const wanted = Math.ceil(-Math.log10(Math.max(1, (toNs - fromNs) / 1_000) / ns));
  const decimals = Math.max(0, Math.min(Math.round(Math.log10(ns)), wanted));
  const end = (at: number) => `${(at / ns).toFixed(decimals).replace("-", "−")} ${unit}`;
  return `${end(fromNs)} to ${end(toNs)} (${formatDuration(toNs - fromNs)})`;
}

/** A difference: `+257.1 ms`, `−42 ns`, `0 ns`. */
export const formatSignedDuration = (deltaNs: number): string => `${deltaNs > 0 ? "+" : ""}${formatDuration(deltaNs)}`;

/** Every digit: `676,673,000 ns`. Fractions of a ns, which only a zoom has, are cut off. */
export function formatExactNs(durationNs: number): string {
  return `${formatCount(Math.trunc(durationNs))} ns`;
}

/** `10,480`. Not by `Intl`, whose first use alone takes 10 ms of every command and 40 ms of the first paint. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 span`, `2,560 spans`. */
export function formatCountOf(count: number, { one, many = `${one}s` }: { one: string; many?: string }): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A share in 0…1: `43.8 %`. What is not nothing never reads as nothing, what is not all never as all. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  if (share < 1 && share > 0.9995) return "> 99.9 %";
  return `${(share * 100).toFixed(1)} %`;
}

/** A relative change, or a share that may be negative: `+38.0 %`, `−0.2 %`, `0 %`. */
export function formatSignedShare(share: number): string {
  if (share === 0) return "0 %";
  const sign = share < 0 ? "−" : "+";
  const size = Math.abs(share);
  // Not formatShare: a change of almost 100 % is not "almost all".
  return size < 0.0005 ? `${sign}< 0.1 %` : `${sign}${(size * 100).toFixed(1)} %`;
}

/** Difference of two shares in 0…1, in percentage points: `+4.6 pp`. What is not nothing never reads as nothing. */
export function formatShareDelta(delta: number): string {
  if (delta === 0) return "0 pp";
  const points = Math.abs(delta * 100);
  return `${delta > 0 ? "+" : "−"}${points < 0.05 ? "< 0.1" : points.toFixed(1)} pp`;
}

/** Decimal units, as file managers and disks count: `40.1 MB`. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  for (const { unit, bytes } of [
    { unit: "kB", bytes: 1e3 },
    { unit: "MB", bytes: 1e6 },
    { unit: "GB", bytes: 1e9 },
  ]) {
    const value = sizeBytes / bytes;
    if (value < 999.5) return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
  }
  return `${(sizeBytes / 1e12).toFixed(1)} TB`;
}
