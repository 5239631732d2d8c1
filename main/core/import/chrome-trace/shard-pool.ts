/** Threads that read pieces of one trace. Knows who is free and nothing of what pieces mean. */
import { Worker } from "node:worker_threads";

import { AppError } from "#common/errors.ts";
import type { Rule } from "../recognise/rule.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { ShardIds } from "./shard-ids.ts";
import type { ShardResult, ShardWork } from "./shard.ts";
import type { ShardReply, ShardSetup } from "./shard-worker.ts";

/** Nothing of a piece is kept as objects: little room for young ones keeps each thread small. */
const YOUNG_MB = 8;

/** Beside this file: in a checkout as it is, in a package as the build has made it. */
const ownEntry = new URL(`./shard-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** What became of a piece, with the ids of the thread that read it; only its bytes when it could not be read. */
export type ShardOutcome =
  (ShardResult & { readonly ids: ShardIds }) | { readonly end: "failed"; readonly bytes: Uint8Array<ArrayBuffer> };

interface Waiting {
  readonly work: ShardWork;
  readonly resolve: (outcome: ShardOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export class ShardPool {
  readonly #workers: Worker[];
  readonly #free: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #ids = new Map<Worker, ShardIds>();
  readonly #trace: CollectedTrace;
  #failure: AppError | undefined;
  #tellStarted: () => void = () => undefined;
  /** Settled when a thread has started, or none can. */
  readonly started = new Promise<void>((resolve) => (this.#tellStarted = resolve));

  /** @param trace that the pieces are put together to */
  constructor(
    trace: CollectedTrace,
    {
      threads,
      rules,
      entry = ownEntry,
    }: { readonly threads: number; readonly rules: readonly Rule[]; readonly entry?: URL },
  ) {
    this.#trace = trace;
    this.#workers = Array.from({ length: threads }, () => this.#start(entry, { rules }));
  }

  /** Whether a thread has started. @throws AppError worker-died */
  get isReady(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#free.length + this.#busy.size > 0;
  }

  /** The bytes move to a thread and come back with the outcome. @throws AppError worker-died */
  read(work: ShardWork): Promise<ShardOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    const workers = this.#workers.splice(0);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #start(entry: URL, setup: ShardSetup): Worker {
    const worker = new Worker(entry, {
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on("message", (reply: ShardReply) => {
      const done = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#free.push(worker);
      this.#tellStarted();
      if (reply.type === "read") done?.resolve({ ...reply.result, ids: this.#learn(worker, reply.result) });
      else if (reply.type === "failed") done?.resolve({ end: "failed", bytes: reply.bytes });
      this.#next();
    });
    worker.on("error", (cause) => this.#fail(cause));
    worker.on("exit", (code) => {
      if (this.#workers.includes(worker)) this.#fail(new Error(`it ended with ${code}`));
    });
    return worker;
  }

  /** The ids of a thread, which know what its tables hold now. */
  #learn(worker: Worker, { news }: ShardResult): ShardIds {
    let ids = this.#ids.get(worker);
    if (ids === undefined || news.isAnew) this.#ids.set(worker, (ids = new ShardIds(this.#trace)));
    ids.learn(news);
    return ids;
  }

  #next(): void {
    if (this.#failure !== undefined) {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
      return;
    }
    while (this.#waiting.length > 0 && this.#free.length > 0) {
      const next = this.#waiting.shift();
      const worker = this.#free.shift();
      if (next === undefined || worker === undefined) return;
      this.#busy.set(worker, next);
      const { bytes, memory } = next.work;
      worker.postMessage(next.work, memory === undefined ? [bytes.buffer] : [bytes.buffer, memory]);
    }
  }

  /** Bytes that a dead thread held are gone: all work fails. */
  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new AppError(
      {
        code: "worker-died",
        what: `a thread that read the file died: ${cause instanceof Error ? cause.message : String(cause)}`,
        todo: "try again, and report the file if it happens again",
      },
      { cause },
    );
    this.#tellStarted();
    for (const { reject } of this.#busy.values()) reject(this.#failure);
    this.#busy.clear();
    this.#next();
  }
}
