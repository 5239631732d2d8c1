/**
 * Everything the views share, joined once: the host and the state that lives as long as the page. Holds no logic of its own
 * beyond what happens when the connection comes back.
 */
import type { ConnectionState, Host } from "../host/host.ts";
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
  readonly panes = { network: new Pane("network"), inspector: new Pane("inspector") };
  connection = $state<ConnectionState>("connecting");
  helpOpen = $state(false);
  #started = false;

  constructor({ host, address }: { host: Host; address: AddressBar }) {
    this.host = host;
    this.notices = new Notices();
    this.library = new Library({ host, notices: this.notices });
    this.session = new Session({ host, notices: this.notices, address });
    const { session, notices } = this;
    this.jobs = new Jobs({
      host,
      notices,
      openRun: (run) => void session.open(run),
      isFree: () => session.run === undefined && session.opening === undefined,
    });
    host.onConnection((state) => this.#connectionChanged(state));
  }

  #connectionChanged(state: ConnectionState): void {
    this.connection = state;
    if (state !== "open") return;
    void this.library.reload();
    void this.jobs.reload();
    if (this.#started) return;
    this.#started = true;
    void this.session.followAddress();
  }
}
