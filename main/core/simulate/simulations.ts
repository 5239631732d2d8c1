/**
 * What the backend answers about simulations: live ones into memory, and what is kept into the library. Nothing of it runs on
 * the thread that serves tiles.
 */
import path from "node:path";

import type { Api, SimulatedDraft } from "#common/api.ts";
import type { RunId } from "#common/ids.ts";
import { describeChanges } from "#common/schedule/changes.ts";
import type { SimulationOptions, WhatIfAnswer } from "#common/simulation.ts";

import type { Library } from "../library.ts";
import type { OpenRun } from "../open-run.ts";
import { runInWorker, workerEntry } from "../run-in-worker.ts";
import type { RunSummary } from "../run-summary.ts";
import { Drafts } from "./drafts.ts";
import { SimulationThread } from "./simulation-thread.ts";

/** Spans that a page can redraw while they change. */
const MOST_ACTIONS = 200_000;

export class Simulations {
  readonly #library: Library;
  readonly #worker: { readonly entry?: URL };
  readonly #drafts = new Drafts();
  readonly #thread: SimulationThread;

  constructor({ library, entry }: { library: Library; entry?: URL | undefined }) {
    this.#library = library;
    this.#worker = entry === undefined ? {} : { entry };
    this.#thread = new SimulationThread(entry ?? workerEntry);
  }

  /** A draft, readable as a run. */
  get(id: RunId): OpenRun | undefined {
    return this.#drafts.get(id);
  }

  /** @throws AppError what `runSimulation` throws, unknown-run; the signal's reason */
  async simulate(options: SimulationOptions, signal: AbortSignal): Promise<SimulatedDraft> {
    const task = { ...this.#describeTask(options), mostActions: MOST_ACTIONS };
    const { simulated, report, figures } = await this.#thread.run(task, signal);
    const { id, run } = this.#drafts.add(simulated);
    return { detail: run.describe(id), report, figures };
  }

  /** @throws AppError what `simulate` throws, write-failed, disk-full */
  save({ name, ...options }: Parameters<Api["saveSimulation"]>[0], signal: AbortSignal): Promise<RunId> {
    const task = { ...this.#describeTask(options), ...(name === undefined ? {} : { name }) };
    return this.#keep(name ?? "simulation", (out) =>
      runInWorker({ kind: "simulate", path: out, task }, { signal, ...this.#worker }),
    );
  }

  /** @throws AppError what `answerWhatIf` throws, unknown-run */
  rank({ run, changes = {}, ...scope }: Parameters<Api["rankChanges"]>[0], signal: AbortSignal): Promise<WhatIfAnswer> {
    const question = { path: this.#library.fileOf(run), scope, changes };
    return runInWorker({ kind: "what-if", ...question }, { signal, ...this.#worker, graceMs: 0 });
  }

  /** @throws AppError what `answerWhatIf` throws, unknown-run, write-failed, disk-full */
  derive({ run, changes, ...scope }: Parameters<Api["deriveRun"]>[0], signal: AbortSignal): Promise<RunId> {
    const question = { path: this.#library.fileOf(run), scope, changes };
    return this.#keep(`${run} ${describeChanges(changes)}`, (out) =>
      runInWorker({ kind: "derive", ...question, out }, { signal, ...this.#worker }),
    );
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #describeTask(options: SimulationOptions) {
    const { costs } = options;
    return {
      options,
      createdAtEpochMs: Date.now(),
      ...(costs.kind === "measured" ? { measuredFile: this.#library.fileOf(costs.run) } : {}),
    };
  }

  async #keep(title: string, write: (out: string) => Promise<RunSummary>): Promise<RunId> {
    const scratch = this.#library.scratch.make();
    try {
      const file = path.join(scratch, "run.pipewave");
      const summary = await write(file);
      return this.#library.adopt({ file, title, summary });
    } finally {
      this.#library.scratch.remove(scratch);
    }
  }
}
