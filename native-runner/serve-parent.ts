/** The runner as a child process: obeys `RunnerCommand`s of its parent and answers with `RunnerEvent`s until it goes away. */
import { AppError } from "#common/errors.ts";
import type { RunnerCommand, RunnerEvent } from "#common/runner-api.ts";
import { listBackends, resolveBackend } from "./backend/select.ts";
import { runCapture } from "./pipeline/driver.ts";

export function serveParent(): void {
  const stopped = new AbortController();
  process.on("message", (command: RunnerCommand) => {
    if (command.type === "stop") stopped.abort();
    else
      obey(command, stopped.signal).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        say({ type: "failed", failure: error.fields });
      });
  });
  // Without a parent nobody would hear the result.
  process.on("disconnect", () => process.exit(1));
}

function say(event: RunnerEvent): void {
  process.send?.(event);
}

async function obey(command: Exclude<RunnerCommand, { type: "stop" }>, signal: AbortSignal): Promise<void> {
  if (command.type === "list-backends") {
    say({ type: "backends", backends: await listBackends() });
    return;
  }
  const { options } = command;
  const summary = await runCapture({
    options,
    backend: await resolveBackend(options.backend),
    signal,
    listener: {
      planned: (plan) => {
        say({ type: "planned", plan });
      },
      progress: ({ step, batchesDone }) => {
        say({ type: "progress", step, batchesDone, batches: options.batches });
      },
      spans: (spans) => {
        say({ type: "spans", spans });
      },
    },
  });
  say({ type: "finished", summary });
}
