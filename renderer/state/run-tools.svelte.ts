/** What a person has open beside the three views of a run: search, notes, the drawn area, the SQL console. One dock at a time. */
import { AreaSelection } from "./area.svelte.ts";
import type { Area } from "./area.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import { Notes } from "./notes.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import { Search } from "./search.svelte.ts";
import { SqlConsole } from "./sql.svelte.ts";

export class RunTools {
  dock = $state<"sql" | "notes" | "area">();
  readonly notes: Notes;
  readonly area: AreaSelection;
  readonly search: Search;
  readonly sql: SqlConsole;

  constructor({ run, notices }: { run: OpenRun; notices: Notices }) {
    this.notes = new Notes({ run, notices });
    this.area = new AreaSelection(run);
    this.search = new Search({ run, notes: this.notes });
    this.sql = new SqlConsole(run);
  }

  toggle(dock: "sql" | "notes"): void {
    this.dock = this.dock === dock ? undefined : dock;
  }

  /** Gives up what Escape gives up first: the search, then the area. Says whether there was any. */
  dismiss(): boolean {
    if (this.search.open) this.search.close();
    else if (this.area.current !== undefined) this.dismissArea();
    else return false;
    return true;
  }

  dismissArea(): void {
    this.area.drop();
    if (this.dock === "area") this.dock = undefined;
  }

  /** Draws the area; when it is `done` it is counted and its figures are shown. */
  drawArea(area: Area, { done }: { readonly done: boolean }): void {
    this.area.draw(area);
    if (!done) return;
    this.dock = "area";
    void this.area.count();
  }

  close(): void {
    this.search.close();
    this.area.drop();
    this.sql.cancel();
  }
}
