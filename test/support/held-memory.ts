/**
 * Memory that is held, in bytes: the heap and what lies outside of it for objects, after the collector has run. Resident
 * memory would tell how busy the machine was: freed pages are given back when there is time.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export function measureHeldMemory(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Buffers that one collection finds are counted off by the next.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
