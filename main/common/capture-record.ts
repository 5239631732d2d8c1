/**
 * What a parent has heard of a capture: the events of a runner put together, so that at any moment, also after the runner was
 * killed, what was captured so far can be kept. Pure: how events arrive and where the run goes is the caller's business.
 */
import { describeCapturedRun, type CapturedRun } from "./captured-run.ts";
import type { AppErrorFields } from "./errors.ts";
import type { CaptureOptions, CapturePlan, CaptureSummary, RecordedSpans, RunnerEvent } from "./runner-api.ts";

export interface CaptureRecord {
  hear(event: RunnerEvent): void;
  /** The last word of the runner, when it came to one. */
  readonly end: CaptureEnd | undefined;
  readonly plan: CapturePlan | undefined;
  /** The run as far as it was recorded; undefined before the first span, unless none is to be recorded. */
  describe(name: string): CapturedRun | undefined;
}

export type CaptureEnd =
  | { readonly type: "finished"; readonly summary: CaptureSummary }
  | { readonly type: "failed"; readonly failure: AppErrorFields }
  | { readonly type: "stopped-early" };

/** What a run is called when nobody says otherwise: `resnet28 pipelined wasm`. */
export const nameCapture = ({ network, mode, backend }: Pick<CaptureOptions, "network" | "mode" | "backend">): string =>
  `${network} ${mode}${backend === "auto" ? "" : ` ${backend}`}`;

export function createCaptureRecord(options: Pick<CaptureOptions, "mode" | "record">): CaptureRecord {
  let plan: CapturePlan | undefined;
  let end: CaptureEnd | undefined;
  const blocks: RecordedSpans[] = [];
  return {
    hear(event) {
      switch (event.type) {
        case "planned":
          plan = event.plan;
          break;
        case "spans":
          blocks.push(event.spans);
          break;
        case "finished":
        case "failed":
        case "stopped-early":
          end = event;
          break;
        case "progress":
        case "backends":
        case "preview":
          break;
      }
    },
    get end() {
      return end;
    },
    get plan() {
      return plan;
    },
    describe(name) {
      if (plan === undefined || (options.record && blocks.length === 0)) return undefined;
      return describeCapturedRun({ plan, blocks, name, schedule: options.mode });
    },
  };
}
