/**
 * Which tables of an Nsight export hold events, told by their columns and not by a list of names: the tables differ from
 * version to version, and exist only where they have rows. Everything else describes the target or the capture.
 */
import type { ForeignDatabase } from "../../../../db/index.ts";

export interface EventTable {
  readonly name: string;
  /**
   * `ranges` are NVTX; `calls` happen on a thread of the host; `operations` on a stream of a device; `unread` is what the
   * model has no place for.
   */
  readonly kind: "ranges" | "calls" | "operations" | "unread";
  /** Category of its spans. */
  readonly category: string;
}

const CATEGORIES: Readonly<Record<string, string>> = {
  CUPTI_ACTIVITY_KIND_KERNEL: "kernel",
  CUPTI_ACTIVITY_KIND_MEMCPY: "memcpy",
  CUPTI_ACTIVITY_KIND_MEMSET: "memset",
  CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: "synchronization",
  CUPTI_ACTIVITY_KIND_RUNTIME: "cuda_api",
  CUPTI_ACTIVITY_KIND_DRIVER: "cuda_api",
};

export function listEventTables({ tables }: Pick<ForeignDatabase, "tables">): EventTable[] {
  return [...tables].flatMap(([name, columns]): EventTable[] => {
    const has = (...wanted: readonly string[]) => wanted.every((column) => columns.has(column));
    const known = Object.hasOwn(CATEGORIES, name) ? CATEGORIES[name] : undefined;
    const category = known ?? name.replace(/^CUPTI_ACTIVITY_KIND_/, "").toLowerCase();
    if (name === "NVTX_EVENTS") {
      return [{ name, kind: has("start", "globalTid") ? "ranges" : "unread", category: "nvtx" }];
    }
    if (has("start", "end", "deviceId", "streamId")) return [{ name, kind: "operations", category }];
    if (has("start", "end", "globalTid") && (has("nameId") || has("textId"))) {
      return [{ name, kind: "calls", category }];
    }
    return has("start") || has("timestamp") ? [{ name, kind: "unread", category }] : [];
  });
}
