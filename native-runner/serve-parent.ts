/**
 * The runner as a child process: obeys one `RunnerCommand` of its parent and answers with `RunnerEvent`s; after the last of
 * them it ends. It also ends, at once, when its parent goes away.
 */
import { AppError } from "#common/errors.ts";
import type { RunnerCommand, RunnerEvent } from "#common/runner-api.ts";
import { listBackends, resolveBackend } from "./backend/select.ts";
import { runCapture } from "./pipeline/driver.ts";
import { previewCapture } from "./pipeline/preview.ts";

export function serveParent(): void {
  const stopped = new AbortController();
  process.on("message", (command: RunnerCommand) => {
    if (command.type === "stop") stopped.abort();
    else {
      obey(command, stopped.signal).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        sayLast({ type: "failed", failure: error.fields });
      });
    }
  });
  // Ctrl-C in a terminal reaches every process of the command: the parent decides what it means.
  process.on("SIGINT", () => undefined);
  // Without a parent nobody would hear the result.
  process.on("disconnect", () => process.exit(0));
}

function say(event: RunnerEvent): void {
  process.send?.(event);
}

function sayLast(event: RunnerEvent): void {
  process.send?.(event, () => {
    process.disconnect();
  });
}

async function obey(command: Exclude<RunnerCommand, { type: "stop" }>, signal: AbortSignal): Promise<void> {
  if (command.type === "list-backends") {
    sayLast({ type: "backends", backends: await listBackends() });
    return;
  }
  const { options } = command;
  if (command.type === "preview") {
    const backend = await resolveBackend(options.backend);
    sayLast({ type: "preview", preview: await previewCapture({ options, backend, signal }) });
    return;
  }
  try {
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
    sayLast({ type: "finished", summary });
  } catch (error) {
    if (error !== signal.reason) throw error;
    sayLast({ type: "stopped-early" });
  }
}
