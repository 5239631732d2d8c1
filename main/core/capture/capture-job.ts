/**
 * A capture as a job of the backend: its run can be read as soon as there is something to see, and is put into the library
 * when it has ended. Cancelling means stopping: what was captured is kept, as it is when the runner dies.
 */
import { existsSync } from "node:fs";
import path from "node:path";

import type { RunId } from "#common/ids.ts";
import type { CaptureOptions } from "#common/runner-api.ts";

import type { JobWork } from "../jobs.ts";
import type { Library } from "../library.ts";
import { summariseRun } from "../run-summary.ts";
import { captureRun } from "./capture-run.ts";
import type { GrowingRuns } from "./growing-runs.ts";
import type { RunnerPlace } from "./runner-process.ts";

/** The title under which a capture is listed as a job and in the library. */
export const titleOfCapture = ({ network, mode }: Pick<CaptureOptions, "network" | "mode">): string =>
  `${network} ${mode}`;

export function createCaptureWork({
  library,
  growing,
  options,
  place,
}: {
  library: Library;
  growing: GrowingRuns;
  options: CaptureOptions;
  place: RunnerPlace;
}): JobWork {
  const title = titleOfCapture(options);
  return async ({ signal, onProgress }) => {
    const scratch = library.scratch.make();
    const out = path.join(scratch, "run.pipewave");
    const reserved = library.reserve(title);
    /** Known to everybody once there is something to see of it. */
    let run: RunId | undefined;
    try {
      await captureRun({
        ...place,
        options,
        out,
        keptAs: `the library as "${reserved.run}"`,
        signal,
        onProgress: (progress) => onProgress({ ...progress, ...(run === undefined ? {} : { run }) }),
        onGrowth: ({ describe }) => {
          growing.grow(reserved.run, describe);
          if (run !== undefined || growing.get(reserved.run) === undefined) return;
          run = reserved.run;
          onProgress({ run });
        },
      });
      return { run: reserved.keep(out, summariseRun(out)) };
    } catch (error) {
      if (existsSync(out)) onProgress({ run: reserved.keep(out, summariseRun(out)) });
      throw error;
    } finally {
      growing.end(reserved.run);
      reserved.release();
      library.scratch.remove(scratch);
    }
  };
}
