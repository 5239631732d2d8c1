/**
 * The capture that is being prepared, runs, or has just ended: what was chosen, the job, and the run as far as it is recorded.
 *
 * The backend can be asked for the run while it grows; whenever it has grown it is read again, so that the wavefront grows on
 * screen. There is one capture at a time: two would slow each other down and measure that. A capture goes
 * on while other views are on screen, and is found again when the page is loaded anew.
 */
import type { Job } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import type { Host } from "../host/host.ts";
import { CaptureSetup } from "./capture-setup.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import { OpenRun } from "./open-run.svelte.ts";

export class Capture {
  readonly setup = new CaptureSetup();
  /** The capture that runs or ended last; undefined before the first one and when a person has put it away. */
  job = $state.raw<Job | undefined>(undefined);
  /** The run as far as it is recorded. */
  run = $state.raw<OpenRun | undefined>(undefined);
  /** Batches that the running capture was asked for. */
  batches = $state<number | undefined>(undefined);
  starting = $state(false);
  stopping = $state(false);
  measuring = $state(false);
  /** Why there is no list of backends, no profile, or no start. */
  failure = $state.raw<AppErrorFields | undefined>(undefined);
  readonly #host: Host;
  readonly #notices: Notices;
  #runId: RunId | undefined;
  #asking: Promise<void> | undefined;

  constructor({ host, notices }: { host: Host; notices: Notices }) {
    this.#host = host;
    this.#notices = notices;
    host.on("jobChanged", (job) => this.#take(job));
    host.on("runGrew", ({ run }) => this.#grew(run));
  }

  get isRunning(): boolean {
    return this.job?.state === "running";
  }

  /** The run that came out, also of a capture that failed half-way. */
  get capturedRun(): RunId | undefined {
    return this.run?.detail.id;
  }

  /** Asks once what can compute here; does nothing when that is known. */
  findBackends(): Promise<void> {
    if (this.setup.backends !== undefined) return Promise.resolve();
    this.#asking ??= this.#guard(async () => {
      this.setup.backends = await this.#host.client.listBackends({});
    }).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** Has the blocks measured, so that the forecast is in time and not in FLOPs. */
  async measure(): Promise<void> {
    const { options } = this.setup;
    if (options === undefined || this.measuring) return;
    const { network, backend, inputSize, batchSize } = options;
    if (network === undefined || inputSize === undefined || batchSize === undefined) return;
    this.measuring = true;
    await this.#guard(async () => {
      const preview = await this.#host.client.previewCapture(options);
      this.setup.learn(preview, { network, backend, inputSize, batchSize });
    });
    this.measuring = false;
  }

  async start(): Promise<void> {
    const { options } = this.setup;
    if (options === undefined || this.starting || this.isRunning) return;
    this.starting = true;
    this.putAway();
    this.batches = options.batches;
    await this.#guard(async () => {
      const id = await this.#host.client.startCapture(options);
      // The job may have told of itself before its id arrived.
      this.job ??= (await this.#host.client.listJobs({})).find((job) => job.id === id);
    });
    this.starting = false;
  }

  /** What was recorded until now is kept. */
  async stop(): Promise<void> {
    const { job } = this;
    if (job?.state !== "running") return;
    this.stopping = true;
    await this.#guard(() => this.#host.client.cancelJob({ job: job.id }));
  }

  /** Forgets the capture that ended; its run stays in the library. */
  putAway(): void {
    this.run?.close();
    this.run = undefined;
    this.#runId = undefined;
    this.job = undefined;
    this.failure = undefined;
    this.stopping = false;
  }

  /** The connection is there, perhaps again: a capture that runs is taken up. */
  async reload(): Promise<void> {
    await this.#guard(async () => {
      const jobs = await this.#host.client.listJobs({});
      const running = jobs.findLast(({ kind, state }) => kind === "capture" && state === "running");
      const known = jobs.find(({ id }) => id === this.job?.id);
      if (running !== undefined) this.#take(running);
      else if (known !== undefined && this.isRunning) this.#take(known);
    });
  }

  #grew(run: RunId): void {
    if (this.isRunning && run === this.#runId) void this.run?.refresh({ growing: true });
  }

  #take(job: Job): void {
    if (job.kind !== "capture") return;
    const isNew = job.id !== this.job?.id;
    if (isNew && (job.state !== "running" || this.isRunning)) return;
    if (isNew && !this.starting) this.putAway();
    this.job = job;
    if (job.run !== undefined) {
      const isFirst = this.#runId === undefined;
      this.#runId = job.run;
      if (isFirst) void this.#open(job.run);
    }
    if (job.state === "running") return;
    this.stopping = false;
    if (this.run !== undefined) void this.run.refresh({ growing: false });
  }

  async #open(id: RunId): Promise<void> {
    try {
      const { client } = this.#host;
      const detail = await client.readRun({ run: id });
      if (this.#runId !== id || this.run !== undefined) return;
      const run = new OpenRun({ client, detail, notices: this.#notices, growing: this.isRunning });
      run.viewport.axis = "rank";
      this.run = run;
      await run.start({ range: run.viewport.bounds });
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  /** Expected failures are shown where they belong; the others are told as everywhere. */
  async #guard(act: () => Promise<void>): Promise<void> {
    try {
      this.failure = undefined;
      await act();
    } catch (error) {
      if (error instanceof AppError && error.code !== "connection-lost") this.failure = error.fields;
      else this.#notices.tell(error);
    }
  }
}
