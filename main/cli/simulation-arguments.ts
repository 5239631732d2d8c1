/** Reads what people type to describe a simulation: times, lists of times, shares, devices. A wrong value is a wrong call. */
import { InvalidArgumentError } from "commander";

import { parseDuration } from "#common/parse-duration.ts";
import type { FasterStage } from "#common/schedule/changes.ts";
import type { Device } from "#common/simulation.ts";

/** As `parseDuration`. */
export function parseTime(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError("It takes a time with its unit, such as 1ms or 250us.");
  return value;
}

/** One time for all stages, or one a stage: `1ms` or `1ms,2ms,1ms`. */
export function parseTimes(text: string): number | readonly number[] {
  const times = text.split(",").map(parseTime);
  return times.length === 1 ? times[0] : times;
}

/** A whole number of 1 or more. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("It must be a whole number of 1 or more.");
  }
  return value;
}

/** `3:20%`, added to those given before. */
export function parseFaster(text: string, before: readonly FasterStage[] = []): readonly FasterStage[] {
  const match = /^(\d+):(\d+(?:\.\d+)?)%$/.exec(text);
  const share = match === null ? Number.NaN : Number(match[2]) / 100;
  if (match === null || !(share >= 0 && share <= 1)) {
    throw new InvalidArgumentError("It takes a stage and how much of its time is saved, such as 3:20%.");
  }
  return [...before, { stage: Number(match[1]), share }];
}

const DEVICE_KEYS: Readonly<Record<string, keyof Device>> = {
  flops: "flopsPerSecond",
  memory: "memoryBytesPerSecond",
  link: "linkBytesPerSecond",
  host: "hostBytesPerSecond",
};

/** `flops=20e12,memory=400e9,link=64e9,host=4e9,latency=1us`; what is left out stays as it is. */
export function parseDevice(text: string): Partial<Device> {
  return Object.fromEntries(
    text.split(",").map((part): [keyof Device, number] => {
      const [key, value = ""] = part.trim().split("=");
      if (key === "latency") return ["linkLatencyNs", parseTime(value)];
      const rate = Number(value);
      if (!Object.hasOwn(DEVICE_KEYS, key) || value === "" || !(rate > 0 && Number.isFinite(rate))) {
        throw new InvalidArgumentError(
          "It takes rates a second and a latency, such as flops=20e12,memory=400e9,link=64e9,host=4e9,latency=1us.",
        );
      }
      return [DEVICE_KEYS[key], rate];
    }),
  );
}
