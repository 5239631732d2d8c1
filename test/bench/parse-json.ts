/** The yardstick of the import: `JSON.parse` of a whole text in one thread. Tells only that call, not reading the file. */
import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const before = process.cpuUsage();
JSON.parse(text);
const { user, system } = process.cpuUsage(before);
(globalThis as { measuredCpuMs?: number }).measuredCpuMs = (user + system) / 1000;
