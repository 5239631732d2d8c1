/**
 * What an Nsight export says beside its events: texts, names of processes, threads and devices, the capture's start on the
 * epoch. Every table may be absent.
 */
import type { ForeignCell, ForeignDatabase } from "../../../../db/index.ts";

export interface Target {
  /** Text of `StringIds`, or of the cell itself where the column holds text. */
  text(cell: ForeignCell): string | undefined;
  /** By process id. */
  readonly processes: ReadonlyMap<number, string>;
  /** By process id and thread id, as `threadKey` puts them together. */
  readonly threads: ReadonlyMap<string, string>;
  /** By device id. */
  readonly devices: ReadonlyMap<number, string>;
  /** Directions of copies, in words, by the code in `copyKind`. */
  readonly copyKinds: ReadonlyMap<number, string>;
  readonly startEpochNs: bigint | undefined;
}

export const threadKey = (process: number, thread: number): string => `${process} ${thread}`;

/** `globalTid` and `globalPid` are hardware and machine, 24 bits of process, 24 bits of thread. */
export const processOf = (high: ForeignCell): number | undefined =>
  typeof high === "number" && Number.isSafeInteger(high) && high >= 0 ? high % 0x1_00_00_00 : undefined;

export function describeTarget(database: ForeignDatabase): Target {
  const texts = new Map<number, string>();
  for (const [id, value] of database.rows("StringIds", ["id", "value"])) {
    if (typeof id === "number" && typeof value === "string") texts.set(id, value);
  }
  const text = (cell: ForeignCell): string | undefined =>
    typeof cell === "string" ? cell : typeof cell === "number" ? texts.get(cell) : undefined;

  const processes = new Map<number, string>();
  for (const [high, name] of database.rows("PROCESSES", [{ name: "globalPid", as: "high" }, "name"])) {
    const process = processOf(high);
    if (process !== undefined && typeof name === "string") processes.set(process, name);
  }
  const threads = new Map<string, string>();
  const threadColumns = [{ name: "globalTid", as: "high" }, { name: "globalTid", as: "low" }, "nameId"] as const;
  for (const [high, low, nameId] of database.rows("ThreadNames", threadColumns)) {
    const process = processOf(high);
    const name = text(nameId);
    if (process !== undefined && typeof low === "number" && name !== undefined) {
      threads.set(threadKey(process, low), name);
    }
  }
  const devices = readNames(database, "TARGET_INFO_GPU", "name");
  const copyKinds = readNames(database, "ENUM_CUDA_MEMCPY_OPER", "label");
  return { text, processes, threads, devices, copyKinds, startEpochNs: readStart(database) };
}

function readNames(database: ForeignDatabase, table: string, column: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const [id, name] of database.rows(table, ["id", column])) {
    if (typeof id === "number" && typeof name === "string") names.set(id, name);
  }
  return names;
}

function readStart(database: ForeignDatabase): bigint | undefined {
  for (const [start] of database.rows("TARGET_INFO_SESSION_START_TIME", [{ name: "utcEpochNs", as: "text" }])) {
    if (typeof start === "string" && /^\d{1,20}$/.test(start)) return BigInt(start);
  }
  return undefined;
}
