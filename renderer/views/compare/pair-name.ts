/** What a row of the stage mapping is called: one name where both runs use it, else both. */
import type { StagePair } from "#common/comparison.ts";

export function pairName({ nameA, nameB }: StagePair): string {
  if (nameA === undefined) return `– → ${nameB ?? "–"}`;
  if (nameB === undefined) return `${nameA} → –`;
  return nameA === nameB ? nameA : `${nameA} → ${nameB}`;
}
