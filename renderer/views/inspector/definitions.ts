/** What each figure means, in the short words of REFERENCE §6. Shown wherever the figure is. */
import { formatShare } from "#common/format.ts";

export interface Definition {
  readonly name: string;
  readonly text: string;
}

export const DEFINITIONS = {
  makespan: {
    name: "Makespan",
    text: "Length of the compute window: first start to last end of the compute spans of all ranks of one replica in one iteration.",
  },
  bubble: {
    name: "Bubble",
    text: "Share of the compute window in which a rank does not compute: 1 − busy / window, as the mean over ranks. Busy is the union of the rank's compute spans.",
  },
  meanInterval: {
    name: "Mean II",
    text: "Initiation interval, mean: first to last anchor start divided by the number of gaps. Anchors are the compute spans of pass forward (inference) or backward (training). Taken at the bottleneck rank.",
  },
  measuredInterval: {
    name: "Median II",
    text: "Initiation interval, measured: median gap between consecutive anchor starts of the bottleneck rank, one anchor per batch and chunk.",
  },
  boundInterval: {
    name: "Bound on II",
    text: "No schedule of the same work on this rank can be faster: the busy time of its busiest serial resource (compute, a direction of transfer, a shared device) between the first and the last anchor, divided by the number of gaps. Never above the mean.",
  },
  bottleneck: {
    name: "Bottleneck",
    text: "The rank with the greatest bound on its initiation interval, with the stage and phase that weigh most in it.",
  },
  rule: {
    name: "MAX rule",
    text: "One new batch after MAX(in, compute, out): the greatest of the stage's three median times. It would be the interval if this stage had its rank to itself and its phases overlapped.",
  },
  extent: { name: "Extent", text: "First start to last end of all spans of the run, whatever they are." },
  exposed: {
    name: "Exposed communication",
    text: "Time in which ranks transfer while they do not compute, summed over ranks.",
  },
  contention: {
    name: "Contention",
    text: "Workers of a capture share the cores and the memory of one machine. The times of every block are fitted to how many other workers computed meanwhile: time = cost × e^(slope × others) × disturbance; the cost is the 5th percentile of its times without the contention. With another partition a block takes its cost along, disturbances stay with the workers, and contention follows from how many then compute at once.",
  },
  wait: { name: "Waiting", text: "Recorded waiting for a peer, starved or blocked, summed over ranks." },
} as const satisfies Record<string, Definition>;

export type FigureName = keyof typeof DEFINITIONS;

/** Waiting of less than this share of the window is not named. */
const LEAST_WAIT_SHARE = 0.01;

/** Why the mean interval of a rank is not the MAX rule of one of its stages. */
export function explainInterval({
  ruleNs,
  meanNs,
  boundNs,
  stagesOnRank,
  passes,
  sharesDevice = false,
  starvedShare = 0,
  blockedShare = 0,
  transferShare = 0,
}: {
  ruleNs: number;
  meanNs: number;
  boundNs: number | undefined;
  stagesOnRank: number;
  /** How many passes the run has: 1 for inference. */
  passes: number;
  /** The device that several ranks compute on gives the bound. */
  sharesDevice?: boolean;
  /** Parts of the window in which the rank idles for a cause. */
  starvedShare?: number;
  blockedShare?: number;
  transferShare?: number;
}): string {
  if (Math.abs(meanNs - ruleNs) <= 0.05 * ruleNs) return "The rank keeps to the MAX rule within 5 %.";
  const reasons: string[] = [];
  if (stagesOnRank > 1) {
    reasons.push(`its rank runs ${stagesOnRank} stages in turn, and a start of any of them counts`);
  }
  if (passes > 1) reasons.push("other passes take their turn between two starts");
  if (sharesDevice) reasons.push("the rank shares its device with others, which compute on it in between");
  if (!sharesDevice && stagesOnRank === 1 && passes <= 1 && boundNs !== undefined && boundNs > ruleNs * 1.05) {
    reasons.push("its phases do not overlap");
  }
  if (boundNs !== undefined && boundNs < meanNs * 0.95) {
    const waits = [
      { share: starvedShare, word: "starved" },
      { share: blockedShare, word: "blocked by its successor" },
      { share: transferShare, word: "standing still for transfers" },
    ].filter(({ share }) => share >= LEAST_WAIT_SHARE);
    const details = waits.map(({ share, word }) => `${word} ${formatShare(share)}`).join(", ");
    const during = details === "" ? "" : ` (${details} of the window)`;
    reasons.push(`the rank also waits${during}: the mean lies above its bound`);
  }
  if (reasons.length === 0) reasons.push("the median hides how much single batches differ");
  return `Differs because ${reasons.join("; ")}.`;
}
