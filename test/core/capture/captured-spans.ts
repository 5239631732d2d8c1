/** The spans of a captured run file as objects, for tests that ask what was recorded. */
import { PHASES } from "#common/model.ts";

import { openRun } from "../../../db/index.ts";

export interface CapturedSpan {
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly phase: (typeof PHASES)[number];
  readonly name: string;
  /** `worker 0/in` */
  readonly lane: string;
  readonly start: number;
  readonly end: number;
  readonly args: unknown;
}

/** Spans in canonical order. */
export function readCapturedSpans(file: string): CapturedSpan[] {
  const reader = openRun(file);
  try {
    const { lane, start, duration, name, stage, batch, phase } = reader.readAllSpans();
    return Array.from(start, (begin, i): CapturedSpan => {
      const place = reader.lanes[lane[i]];
      const args = reader.readArgs(i as Parameters<typeof reader.readArgs>[0]);
      return {
        rank: place.rank ?? -1,
        stage: stage[i],
        batch: batch[i],
        phase: PHASES[phase[i]],
        name: reader.names[name[i]].text,
        lane: `${place.process}/${place.thread}`,
        start: begin,
        end: begin + duration[i],
        args: args === undefined ? undefined : (JSON.parse(args) as unknown),
      };
    });
  } finally {
    reader.close();
  }
}
