/**
 * Everything the views share, joined once: the host and the state that lives as long as the page. Holds no logic of its own
 * beyond what happens when the connection comes back.
 */
import type { ConnectionState, DesktopSurroundings, Host } from "../host/host.ts";
import { actions } from "./actions.svelte.ts";
import { ComparisonChoice } from "./compare-choice.svelte.ts";
import { Capture } from "./capture.svelte.ts";
import { Jobs } from "./jobs.svelte.ts";
import { Library } from "./library.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { Pane } from "./panes.svelte.ts";
import { Simulate } from "./simulate.svelte.ts";
import type { AddressBar } from "./session.svelte.ts";
import { Session } from "./session.svelte.ts";

export class Application {
  readonly host: Host;
  readonly notices: Notices;
  readonly library: Library;
  readonly jobs: Jobs;
  readonly session: Session;
  readonly capture: Capture;
  readonly simulate: Simulate;
  /** Runs that are being chosen for a comparison. */
  readonly comparing: ComparisonChoice;
  readonly panes = { network: new Pane("network"), inspector: new Pane("inspector"), lanes: new Pane("lanes") };
  connection = $state<ConnectionState>("connecting");
  helpOpen = $state(false);
  #started = false;

  /** @param options.plotPx likely width of a wavefront, in device pixels */
  constructor({ host, address, plotPx }: { host: Host; address: AddressBar; plotPx?: () => number }) {
    this.host = host;
    this.notices = new Notices();
    this.library = new Library({ host, notices: this.notices, onReload: () => this.session.noteVersions() });
    this.comparing = new ComparisonChoice(() => this.library.entries);
    this.session = new Session({
      host,
      notices: this.notices,
      address,
      versionOf: (run) => this.library.versionOf(run),
      plotPx,
    });
    this.capture = new Capture({ host, notices: this.notices });
    this.simulate = new Simulate({ host, notices: this.notices, openRun: (run) => void this.session.open(run) });
    const { session, notices } = this;
    this.jobs = new Jobs({
      host,
      notices,
      openRun: (run) => void session.open(run),
      showCapture: () => session.showCapture(),
      watchesCapture: () => !session.isOpen && session.place === "capture",
      isFree: () => !session.isOpen && session.opening === undefined && session.place === "library",
    });
    host.onConnection((state) => this.#connectionChanged(state));
    if (host.desktop !== undefined) this.#followDesktop(host.desktop);
  }

  compareChosen(): void {
    const [a, b] = this.comparing.chosen;
    if (a !== undefined && b !== undefined) void this.session.compare({ a, b });
  }

  #followDesktop(desktop: DesktopSurroundings): void {
    desktop.on("openFiles", (paths) => void this.jobs.importPaths(paths));
    desktop.on("command", (id) => void actions.command(id));
    desktop.on("notice", (notice) => this.notices.say(notice));
    desktop.ready();
  }

  #connectionChanged(state: ConnectionState): void {
    this.connection = state;
    if (state !== "open") return;
    // Asked for first: the list of runs is not drawn when a run is about to take its place.
    if (!this.#started) void this.session.followAddress();
    this.#started = true;
    void this.library.reload();
    void this.jobs.reload();
    void this.capture.reload();
    this.simulate.askAgain();
  }
}
