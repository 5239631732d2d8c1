/** What a format must offer to be imported. */
import type { ByteWindow } from "./byte-window.ts";
import type { CollectedTrace } from "./collected-trace.ts";
import type { ShardOptions } from "./chrome-trace/read-ahead.ts";
import type { Rule } from "./recognise/rule.ts";

export interface ReadOptions {
  /** Reads what is whole of a trace that was cut off. */
  readonly keepPartial: boolean;
  /** Where the content lies on disk, as it was given: for formats that are no stream. It may be compressed there. */
  readonly path: string;
  /** Process group whose sends and receives are the pipeline's, as the trace names or describes it, where a person said so. */
  readonly pipelineGroup?: string | undefined;
  /** Set where several threads may read. */
  readonly shards?: ShardOptions | undefined;
}

export interface Importer {
  /** Name in the import report. */
  readonly format: string;
  /** What is read, in words for a person who looks for the right file. */
  readonly describes: string;
  /** Rules that only this format has a use for; they come after all others. */
  readonly rules?: readonly Rule[];
  /** Whether the content is of this format. `head` holds its first bytes and a 0 behind them. */
  sniff(head: Uint8Array): boolean;
  /**
   * Reads the whole content into `trace`.
   * @throws AppError without the file's name: the caller knows it
   */
  read(window: ByteWindow, trace: CollectedTrace, options: ReadOptions): Promise<void>;
}
