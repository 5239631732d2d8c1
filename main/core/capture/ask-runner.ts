/** Questions to the runner that are not a capture: each starts a runner, hears its answer, and lets it end. */
import { AppError } from "#common/errors.ts";
import type { BackendStatus, CaptureOptions, CapturePreview, RunnerCommand, RunnerEvent } from "#common/runner-api.ts";
import { describeRunnerDeath } from "#common/runner-death.ts";

import { startRunner, type RunnerPlace } from "./runner-process.ts";

/** What can compute on this machine. @throws AppError runner-died */
export async function listRunnerBackends(place: RunnerPlace = {}): Promise<readonly BackendStatus[]> {
  return (await ask({ type: "list-backends" }, { place, answer: "backends" })).backends;
}

/** Measures the blocks and plans the partition, in some seconds. @throws AppError what the runner refuses, runner-died */
export async function previewCapture(options: CaptureOptions, place: RunnerPlace = {}): Promise<CapturePreview> {
  return (await ask({ type: "preview", options }, { place, answer: "preview" })).preview;
}

async function ask<Answer extends RunnerEvent["type"]>(
  command: RunnerCommand,
  { place, answer }: { place: RunnerPlace; answer: Answer },
): Promise<Extract<RunnerEvent, { type: Answer }>> {
  let heard: RunnerEvent | undefined;
  const runner = startRunner({
    ...place,
    onEvent: (event) => {
      if (event.type === answer || event.type === "failed") heard = event;
    },
  });
  runner.say(command);
  const death = await runner.ended;
  if (heard === undefined) throw describeRunnerDeath(death);
  if (heard.type === "failed") throw new AppError(heard.failure);
  return heard as Extract<RunnerEvent, { type: Answer }>;
}
