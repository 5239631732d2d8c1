/** A file of a run while its spans are put back to where they were before recognition: shapes only. */
import type { CollectedTrace } from "../collected-trace.ts";
import type { InternedTexts } from "../interned-texts.ts";
import type { ArgSlots } from "./contract.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** A file of the run while it is collected. */
export interface RunFile {
  readonly name: string;
  readonly format: string;
  readonly trace: CollectedTrace;
  readonly texts: InternedTexts;
  /** Ids in the trace, by name of the run. */
  readonly names: readonly { readonly text: number; readonly category: number; readonly id: number }[];
  readonly slots: ArgSlots;
  readonly kernels: KernelMemory;
}

/** Where the spans of a lane of the run go: file and raw lane. */
export interface LanePlace {
  readonly file: RunFile;
  readonly lane: number;
}
