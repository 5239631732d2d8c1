/**
 * Runs that are being captured, readable before there is a file: what was recorded so far is kept in memory and served under
 * the id that the file will have. Growth is told at most some times a second, and less often where describing a large run
 * costs more, so that it never takes more than a small share of the backend's time.
 */
import type { CapturedRun } from "#common/captured-run.ts";
import type { RunId } from "#common/ids.ts";

import { readFromMemory } from "../../../db/index.ts";
import { OpenRun } from "../open-run.ts";

/** A person sees growth four times a second. */
const SHORTEST_PAUSE_MS = 250;
/** Pause after a description, in times of what it took. */
const PAUSE_PER_DESCRIPTION = 5;

interface Growing {
  readonly run: OpenRun;
  readonly quietUntilMs: number;
  /** Tells the growth that came while it was quiet. */
  readonly timer: NodeJS.Timeout | undefined;
}

export class GrowingRuns {
  readonly #onGrow: (run: RunId) => void;
  readonly #growing = new Map<RunId, Growing>();

  constructor(onGrow: (run: RunId) => void) {
    this.#onGrow = onGrow;
  }

  get(id: RunId): OpenRun | undefined {
    return this.#growing.get(id)?.run;
  }

  /** The run has grown. `describe` gives it as far as it is; undefined while there is nothing to see. */
  grow(id: RunId, describe: () => CapturedRun | undefined): void {
    const known = this.#growing.get(id);
    const nowMs = performance.now();
    const waitMs = (known?.quietUntilMs ?? nowMs) - nowMs;
    if (known !== undefined && waitMs > 0) {
      if (known.timer !== undefined) return;
      const timer = setTimeout(() => this.#show(id, describe), waitMs);
      this.#growing.set(id, { ...known, timer });
      return;
    }
    this.#show(id, describe);
  }

  /** The run has ended: it is read from its file from now on. */
  end(id: RunId): void {
    clearTimeout(this.#growing.get(id)?.timer);
    this.#growing.delete(id);
  }

  #show(id: RunId, describe: () => CapturedRun | undefined): void {
    const beganMs = performance.now();
    const captured = describe();
    if (captured === undefined) return;
    clearTimeout(this.#growing.get(id)?.timer);
    const run = new OpenRun(readFromMemory({ ...captured, laneStages: planLaneStages(captured) }), { hasFile: false });
    const nowMs = performance.now();
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_DESCRIPTION * (nowMs - beganMs));
    this.#growing.set(id, { run, quietUntilMs: nowMs + pauseMs, timer: undefined });
    this.#onGrow(id);
  }
}

/** Every stage belongs to the compute lane of its worker from the start. */
function planLaneStages({ stages, lanes }: CapturedRun): { lane: number; stage: number }[] {
  return stages.flatMap(({ id, rank }) => {
    const lane = lanes.find((candidate) => candidate.rank === rank && candidate.thread === "compute");
    return lane === undefined ? [] : [{ lane: lane.id, stage: id }];
  });
}
