/**
 * Which run is open, or which two are compared, and what the address says of it.
 *
 * Opening a run is a step of the browser's history; what changes while it is open (scope, viewport, selection) replaces
 * that step. The last request wins: a run that is opened while another loads takes its place.
 */
import type { RunId } from "#common/ids.ts";
import type { Host } from "../host/host.ts";
import { OpenComparison } from "./compare.svelte.ts";
import type { ComparisonLink } from "./compare-link.ts";
import type { Link } from "./link.ts";
import { formatLink, parseLink } from "./link.ts";
import type { Notices } from "./notices.svelte.ts";
import { OpenRun } from "./open-run.svelte.ts";

/** What the session needs of the browser's `location` and `history`. */
export interface AddressBar {
  read(): string;
  /** A new step of the history. */
  push(hash: string): void;
  replace(hash: string): void;
}

export class Session {
  /** The run on screen; without one `place` is. */
  run = $state.raw<OpenRun | undefined>(undefined);
  /** Two runs side by side; then no single run is open. */
  comparison = $state.raw<OpenComparison | undefined>(undefined);
  place = $state<"library" | "capture" | "simulate">("library");
  /** The run that is being opened; at first the one in the address, which is asked for as soon as there is a connection. */
  opening = $state.raw<RunId | undefined>(undefined);
  readonly #host: Host;
  readonly #notices: Notices;
  readonly #address: AddressBar;
  readonly #versionOf: (run: RunId) => string | undefined;
  readonly #plotPx: () => number;

  /**
   * @param options.versionOf state of a run's file, where it is known
   * @param options.plotPx likely width of a wavefront, in device pixels
   */
  constructor({
    host,
    notices,
    address,
    versionOf = () => undefined,
    plotPx = () => 0,
  }: {
    host: Host;
    notices: Notices;
    address: AddressBar;
    versionOf?: (run: RunId) => string | undefined;
    plotPx?: (() => number) | undefined;
  }) {
    this.#plotPx = plotPx;
    this.#versionOf = versionOf;
    this.#host = host;
    this.#notices = notices;
    this.#address = address;
    const { run, comparison } = parseLink(address.read());
    this.opening = run ?? comparison?.b;
  }

  /** Whether runs are on screen: one, or two that are compared. */
  get isOpen(): boolean {
    return this.run !== undefined || this.comparison !== undefined;
  }

  /** The address that finds what is on screen. */
  get link(): Link {
    const { run, comparison } = this;
    if (comparison !== undefined) return { comparison: comparison.link };
    if (run === undefined) return this.place === "library" ? {} : { view: this.place };
    const { viewport, scope, selection } = run;
    return {
      run: run.detail.id,
      iteration: scope?.iteration,
      replica: scope?.replica,
      axis: viewport.axis,
      columns: viewport.mode,
      range: viewport.range,
      scrollRow: viewport.scrollRow,
      selected: selection.current,
    };
  }

  async open(run: RunId): Promise<void> {
    this.#address.push(formatLink({ run }));
    await this.#show({ run });
  }

  async compare(runs: Pick<ComparisonLink, "a" | "b">): Promise<void> {
    this.#address.push(formatLink({ comparison: runs }));
    await this.#showComparison(runs);
  }

  showLibrary(): void {
    this.#address.push("");
    this.#leave("library");
  }

  showSimulate(): void {
    this.#address.push(formatLink({ view: "simulate" }));
    this.#leave("simulate");
  }

  showCapture(): void {
    this.#address.push(formatLink({ view: "capture" }));
    this.#leave("capture");
  }

  /** The files of runs may have changed: what is on screen is read again where they have. */
  noteVersions(): void {
    if (this.run !== undefined) this.run.noteVersion(this.#versionOf(this.run.detail.id));
  }

  /** Shows what the address says: at the start, and when a person goes back or forward. */
  async followAddress(): Promise<void> {
    const link = parseLink(this.#address.read());
    if (link.comparison !== undefined) await this.#showComparison(link.comparison);
    else if (link.run === undefined) this.#leave(link.view ?? "library");
    else await this.#show(link);
  }

  /** Called when anything of `link` has changed and come to rest. */
  writeAddress(): void {
    if (this.isOpen && this.opening === undefined) this.#address.replace(formatLink(this.link));
  }

  async #show(link: Link): Promise<void> {
    const id = link.run;
    if (id === undefined) return;
    this.opening = id;
    try {
      const { client } = this.#host;
      const version = this.#versionOf(id);
      const detail = await client.readRun({ run: id });
      const run = new OpenRun({ client, detail, notices: this.#notices, version });
      await run.start(link, { plotPx: this.#plotPx() });
      if (this.opening !== id) {
        run.close();
        return;
      }
      this.#close();
      this.run = run;
    } catch (error) {
      if (this.opening !== id) return;
      this.#notices.tell(error);
      this.#address.replace("");
      this.#leave("library");
    } finally {
      if (this.opening === id) this.opening = undefined;
    }
  }

  async #showComparison(link: ComparisonLink): Promise<void> {
    this.opening = link.b;
    const { client } = this.#host;
    try {
      const [a, b] = await Promise.all([client.readRun({ run: link.a }), client.readRun({ run: link.b })]);
      if (this.opening !== link.b) return;
      this.#close();
      this.comparison = new OpenComparison({ client, details: { a, b }, notices: this.#notices });
      this.opening = undefined;
    } catch (error) {
      if (this.opening !== link.b) return;
      this.#notices.tell(error);
      this.#address.replace("");
      this.#leave("library");
      return;
    }
    await this.comparison.start(link);
  }

  #leave(place: Session["place"]): void {
    this.place = place;
    this.opening = undefined;
    this.#close();
  }

  #close(): void {
    this.run?.close();
    this.run = undefined;
    this.comparison?.close();
    this.comparison = undefined;
  }
}
