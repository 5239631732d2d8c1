/**
 * Everything the views share, joined once: the host and the state that lives as long as the page. Holds no logic of its own
 * beyond what happens when the connection comes back.
 */
import type { ConnectionState, Host } from "../host/host.ts";
import { Capture } from "./capture.svelte.ts";
import { Jobs } from "./jobs.svelte.ts";
import { Library } from "./library.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { Pane } from "./panes.svelte.ts";
import type { AddressBar } from "./session.svelte.ts";
import { Session } from "./session.svelte.ts";

export class Application {
  readonly host: Host;
  readonly notices: Notices;
  readonly library: Library;
  readonly jobs: Jobs;
  readonly session: Session;
  readonly capture: Capture;
  readonly panes = { network: new Pane("network"), inspector: new Pane("inspector") };
  connection = $state<ConnectionState>("connecting");
  helpOpen = $state(false);
  #started = false;

  constructor({ host, address }: { host: Host; address: AddressBar }) {
    this.host = host;
    this.notices = new Notices();
    this.library = new Library({ host, notices: this.notices, onReload: () => this.session.noteVersions() });
    this.session = new Session({
      host,
      notices: this.notices,
      address,
      versionOf: (run) => this.library.versionOf(run),
    });
    this.capture = new Capture({ host, notices: this.notices });
    const { session, notices } = this;
    this.jobs = new Jobs({
      host,
      notices,
      openRun: (run) => void session.open(run),
      showCapture: () => session.showCapture(),
      watchesCapture: () => session.run === undefined && session.place === "capture",
      isFree: () => session.run === undefined && session.opening === undefined && session.place === "library",
    });
    host.onConnection((state) => this.#connectionChanged(state));
  }

  #connectionChanged(state: ConnectionState): void {
    this.connection = state;
    if (state !== "open") return;
    void this.library.reload();
    void this.jobs.reload();
    void this.capture.reload();
    if (this.#started) return;
    this.#started = true;
    void this.session.followAddress();
  }
}
