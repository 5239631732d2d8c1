/**
 * The simulation on screen: asked for again whenever a choice has changed and come to rest for a moment, the last request wins,
 * and the picture stays until the next one is there. Beside it, if a person wants, a measured run on the same time scale.
 */
import type { LibraryEntry, SimulatedDraft } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import type { ClosedForm } from "#common/schedule/closed-forms.ts";
import type { SimulationFigures, SimulationOptions } from "#common/simulation.ts";
import type { Host } from "../host/host.ts";
import type { Notices } from "./notices.svelte.ts";
import { OpenRun } from "./open-run.svelte.ts";
import { SimulateSetup } from "./simulate-setup.svelte.ts";
import type { TimeRange } from "./viewport.svelte.ts";

/** Long enough that a number is typed to its end, short enough to feel at once. */
const REST_MS = 60;

export class Simulate {
  readonly setup = new SimulateSetup();
  /** The simulated run; the same one with other contents after every answer. */
  run = $state.raw<OpenRun | undefined>(undefined);
  figures = $state.raw<SimulationFigures | undefined>(undefined);
  /** What the literature says of what is on screen. */
  forms = $state.raw<readonly ClosedForm[]>([]);
  /** Why there is no picture of the options as they are. */
  failure = $state.raw<AppErrorFields | undefined>(undefined);
  busy = $state(false);
  saving = $state(false);
  /** The measured run beside it. */
  measured = $state.raw<OpenRun | undefined>(undefined);
  readonly #host: Host;
  readonly #notices: Notices;
  readonly #openRun: (run: RunId) => void;
  #asked: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;

  constructor({ host, notices, openRun }: { host: Host; notices: Notices; openRun: (run: RunId) => void }) {
    this.#host = host;
    this.#notices = notices;
    this.#openRun = openRun;
  }

  /** Has the options simulated, soon; does nothing when they are what was asked for last. */
  ask(options: SimulationOptions | undefined): void {
    const key = options === undefined ? undefined : JSON.stringify(options);
    if (key === this.#asked) return;
    this.#asked = key;
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.busy = options !== undefined;
    const forms = this.setup.closedForms;
    if (options !== undefined) this.#timer = setTimeout(() => void this.#simulate(options, forms), REST_MS);
  }

  /** Asks again for what was asked last: the backend may be another one by now, or have forgotten the run. */
  askAgain(): void {
    if (this.#asked === undefined) return;
    this.#asked = undefined;
    this.ask(this.setup.options);
  }

  /** Takes a table in PyTorch's CSV form. @returns whether the files held one */
  async takeFiles(files: readonly File[]): Promise<boolean> {
    const file = files.find(({ name }) => name.toLowerCase().endsWith(".csv"));
    if (file === undefined) return false;
    this.setup.takeTable({ name: file.name, csv: await file.text() });
    return true;
  }

  async save(): Promise<void> {
    const { options } = this.setup;
    if (options === undefined || this.saving) return;
    this.saving = true;
    try {
      const run = await this.#host.client.saveSimulation({ ...options, name: this.#name });
      this.#notices.say({
        text: "Saved to the library.",
        action: { label: "Open run", act: () => this.#openRun(run) },
      });
    } catch (error) {
      this.#notices.tell(error);
    } finally {
      this.saving = false;
    }
  }

  /** Puts a run of the library beside the simulated one; undefined takes it away. */
  async showMeasured(id: RunId | undefined): Promise<void> {
    this.measured?.close();
    this.measured = undefined;
    if (id === undefined) return;
    try {
      const { client } = this.#host;
      const run = new OpenRun({ client, detail: await client.readRun({ run: id }), notices: this.#notices });
      await run.start({});
      this.measured = run;
      this.#fit();
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  /** From a moment of the simulated run to the same moment of the measured one, counted from the starts of their windows. */
  readonly measuredOffsetNs: number = $derived(
    (this.#measuredWindow?.fromNs ?? 0) - (this.run?.scopeWindow?.fromNs ?? 0),
  );

  /** The detail knows it before the report has come. */
  get #measuredWindow(): TimeRange | undefined {
    const { scopeWindow, detail } = this.measured ?? {};
    const { defaultWindow } = detail ?? {};
    if (scopeWindow !== undefined || defaultWindow === undefined) return scopeWindow;
    return { fromNs: defaultWindow.startNs, toNs: defaultWindow.endNs };
  }

  get #name(): string {
    const { schedule = "simulation", ranks = 0, batches = 0 } = this.figures ?? {};
    const { costs } = this.setup.options ?? {};
    const network = costs?.kind === "network" ? `${costs.network} ` : "";
    return `${network}${schedule.replace(/\.csv$/iu, "")}, ${ranks} ranks, ${batches} batches`;
  }

  async #simulate(options: SimulationOptions, forms: readonly ClosedForm[]): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    try {
      const draft = await this.#host.client.simulate(options, { signal: request.signal });
      if (request.signal.aborted) return;
      this.#show(draft);
      this.forms = forms;
      this.failure = undefined;
    } catch (error) {
      if (request.signal.aborted) return;
      if (error instanceof AppError && error.code !== "connection-lost") this.failure = error.fields;
      else this.#notices.tell(error);
    } finally {
      if (this.#request === request) this.busy = false;
    }
  }

  #show({ detail, report, figures }: SimulatedDraft): void {
    const isFirst = this.run === undefined;
    const run = this.run ?? new OpenRun({ client: this.#host.client, detail, notices: this.#notices });
    // Another schedule may have no such rows, and what was selected is not in it.
    run.detail = detail;
    run.report = report;
    run.selection.clear();
    this.figures = figures;
    this.run = run;
    if (isFirst) run.viewport.axis = "rank";
    this.#fit();
  }

  /** Both runs have room; everything is shown unless a person has chosen a part. */
  #fit(): void {
    const { run } = this;
    if (run === undefined) return;
    const { startNs = 0, endNs = 1 } = run.detail.run.extent ?? {};
    const window = this.#measuredWindow;
    const offsetNs = this.measuredOffsetNs;
    const range: TimeRange = {
      fromNs: Math.min(startNs, (window?.fromNs ?? Infinity) - offsetNs),
      toNs: Math.max(endNs, (window?.toNs ?? -Infinity) - offsetNs),
    };
    run.viewport.follow(range);
  }
}

/** Runs whose costs and picture can be taken: they have a pipeline. */
export const pipelineRuns = (entries: readonly LibraryEntry[]): readonly LibraryEntry[] =>
  entries.filter(
    ({ pipelineSpans, failure, pending }) => pipelineSpans > 0 && failure === undefined && pending !== true,
  );
