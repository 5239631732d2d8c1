/** What a format must offer to be imported. */
import type { ByteWindow } from "./byte-window.ts";
import type { CollectedTrace } from "./collected-trace.ts";

export interface Importer {
  /** Name in the import report. */
  readonly format: string;
  /** Whether the content is of this format. `head` holds its first bytes and a 0 behind them. */
  sniff(head: Uint8Array): boolean;
  /**
   * Reads the whole content into `trace`.
   * @throws AppError without the file's name: the caller knows it
   */
  read(window: ByteWindow, trace: CollectedTrace, options: { readonly keepPartial: boolean }): Promise<void>;
}
