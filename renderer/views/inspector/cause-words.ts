/** What each cause of idle time means, as the start of a sentence that may go on with what was waited for (REFERENCE §6). */
import type { IdleCause } from "#common/report.ts";

export const CAUSE_WORDS: Readonly<Record<IdleCause, string>> = {
  fill: "The pipeline is filling, the first batch has not come yet",
  drain: "The pipeline is draining, the rank has done its last batch",
  blocked: "Its output has no free slot until it is taken",
  transfer: "Its input is on its way",
  sync: "The iteration ends: optimizer or data-parallel collectives",
  starved: "Its input has not been produced yet",
  other: "Its input was there and nothing ran; nothing that was recorded explains it",
};
