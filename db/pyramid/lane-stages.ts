/** Collects which lane computes which stage while spans pass by, which is all that the rows of the heatmap need to know of them. */
import { PHASE_COMPUTE } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";

import type { LaneStage } from "./rows.ts";

export class LaneStageCollector {
  /** By lane, then by stage + 1: 1 where seen. Millions of spans share few pairs, so a set of pairs would be slow. */
  readonly #seen: Uint8Array[] = [];

  /** @returns whether there is a pair that was not seen before */
  add({ length, lane, stage, phase }: SpanColumns): boolean {
    let isNew = false;
    for (let i = 0; i < length; i++) {
      if (phase[i] !== PHASE_COMPUTE) continue;
      const slot = stage[i] + 1;
      let seen = this.#seen.at(lane[i]);
      if (seen === undefined || seen.length <= slot) {
        const grown = new Uint8Array(slot + 16);
        if (seen !== undefined) grown.set(seen);
        this.#seen[lane[i]] = seen = grown;
      }
      if (seen[slot] === 1) continue;
      seen[slot] = 1;
      isNew = true;
    }
    return isNew;
  }

  list(): LaneStage[] {
    const pairs: LaneStage[] = [];
    this.#seen.forEach((seen, lane) => {
      seen.forEach((found, slot) => {
        if (found === 1) pairs.push({ lane, stage: slot - 1 });
      });
    });
    return pairs;
  }
}
