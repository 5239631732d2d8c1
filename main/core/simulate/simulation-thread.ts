/**
 * Both ends of the thread that simulates while a person turns knobs: it stays, so that an answer takes as long as the simulation
 * and not as long as the start of a worker. One request at a time, in the order they came; what was cancelled before its turn is
 * never begun. A simulation that is cancelled under way and does not end soon takes the thread with it; the next one has a new one.
 */
import { Worker, type MessagePort } from "node:worker_threads";

import { AppError, type AppErrorFields } from "#common/errors.ts";

import { runSimulation, type SimulationResult, type SimulationTask } from "./run-simulation.ts";

type Answer =
  | { readonly type: "done"; readonly result: SimulationResult }
  | { readonly type: "failed"; readonly failure: AppErrorFields }
  | { readonly type: "bug"; readonly message: string };

/** What a cancelled simulation may still take before its thread is ended. */
const GRACE_MS = 250;
/** A thread that nobody asks for this long is given back. */
const IDLE_MS = 60_000;
const HEAP_MB = 2048;

/** The worker's end: answers every task with one message. */
export function serveSimulations(port: MessagePort): void {
  port.ref();
  port.on("message", (task: SimulationTask) => {
    const answer = answerTask(task);
    port.postMessage(answer, answer.type === "done" ? buffersOf(answer.result) : []);
  });
}

function answerTask(task: SimulationTask): Answer {
  try {
    return { type: "done", result: runSimulation(task) };
  } catch (error) {
    if (error instanceof AppError) return { type: "failed", failure: error.fields };
    return { type: "bug", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const buffersOf = ({ simulated: { spans } }: SimulationResult): ArrayBuffer[] =>
  Object.values(spans).flatMap((column: unknown) =>
    ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer ? [column.buffer] : [],
  );

/** The backend's end. */
export class SimulationThread {
  readonly #entry: URL;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param entry of the worker, which calls `serveSimulations` when it is started with the task `simulations` */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** @throws AppError what `runSimulation` throws, worker-died; the signal's reason when cancelled */
  run(task: SimulationTask, signal: AbortSignal): Promise<SimulationResult> {
    const result = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#ask(task, signal);
    });
    this.#turn = result.catch(() => undefined); // its caller hears of it; the next one has its turn all the same
    return result;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #ask(task: SimulationTask, signal: AbortSignal): Promise<SimulationResult> {
    clearTimeout(this.#idleTimer);
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    let graceTimer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      graceTimer = setTimeout(() => void worker.terminate(), GRACE_MS);
    };
    const die = (why: unknown): void => reject(threadDied(why));
    worker.once("message", resolve);
    worker.once("error", die);
    worker.once("exit", die);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      worker.postMessage(task);
      const answer = await promise;
      signal.throwIfAborted();
      if (answer.type === "done") return answer.result;
      if (answer.type === "failed") throw new AppError(answer.failure);
      throw new Error(answer.message);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "worker-died")) throw error;
      this.#worker = undefined;
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(graceTimer);
      signal.removeEventListener("abort", cancel);
      worker.off("error", die);
      worker.off("exit", die);
      worker.off("message", resolve);
      this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      workerData: { kind: "simulations" },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    // An exit between two requests is found out by the next one, which then starts another.
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    worker.unref();
    return worker;
  }
}

function threadDied(why: unknown): AppError {
  return new AppError({
    code: "worker-died",
    what: `the thread that simulated died: ${why instanceof Error ? why.message : `it ended with ${String(why)}`}`,
    todo: "choose fewer ranks or batches",
  });
}
