/** Loaded before a measured script (`node --import`): writes what the whole process used, all threads, when it ends. */
import { writeFileSync } from "node:fs";

const file = process.env["PIPEWAVE_USAGE_FILE"];

process.on("exit", () => {
  if (file === undefined) return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const given = globalThis as { measuredCpuMs?: number };
  const cpuMs = given.measuredCpuMs ?? (userCPUTime + systemCPUTime) / 1000;
  writeFileSync(file, JSON.stringify({ cpuMs, peakRssBytes: maxRSS * 1024 }));
});
