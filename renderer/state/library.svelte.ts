/**
 * The runs of the library, as the backend lists them, with the filter and order in which a person wants to see them.
 *
 * The backend is the truth: after every change it says so (`libraryChanged`) and the list is read again. Deleting has an
 * undo instead of a question.
 */
import type { LibraryEntry } from "#common/api.ts";
import type { RunId } from "#common/ids.ts";
import type { Host } from "../host/host.ts";
import type { Notices } from "./notices.svelte.ts";

export const SORT_KEYS = [
  "name",
  "kind",
  "stages",
  "meanIntervalNs",
  "bubbleRatio",
  "spans",
  "sizeBytes",
  "modifiedEpochMs",
] as const satisfies readonly (keyof LibraryEntry)[];
export type SortKey = (typeof SORT_KEYS)[number];

export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** State of a run that has no file: it was deleted, or is still being captured. */
export const NO_FILE = "no file";

export class Library {
  entries = $state.raw<readonly LibraryEntry[]>([]);
  /** False until the first list has come. */
  loaded = $state(false);
  filter = $state("");
  order = $state.raw<SortOrder>({ key: "modifiedEpochMs", descending: true });
  readonly visible: readonly LibraryEntry[] = $derived(
    sortEntries(filterEntries(this.entries, this.filter), this.order),
  );
  readonly #host: Host;
  readonly #notices: Notices;
  readonly #onReload: () => void;

  constructor({ host, notices, onReload = () => undefined }: { host: Host; notices: Notices; onReload?: () => void }) {
    this.#onReload = onReload;
    this.#host = host;
    this.#notices = notices;
    host.on("libraryChanged", () => void this.reload());
  }

  async reload(): Promise<void> {
    try {
      this.entries = await this.#host.client.listRuns({});
      this.loaded = true;
      this.#onReload();
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  /** State of a run's file: another one after every change; undefined while that is not known. */
  versionOf(run: RunId): string | undefined {
    if (!this.loaded) return undefined;
    const entry = this.entries.find(({ id }) => id === run);
    return entry === undefined ? NO_FILE : `${entry.sizeBytes}/${entry.modifiedEpochMs}`;
  }

  /** Same column again turns the order round; names start ascending, figures descending. */
  sortBy(key: SortKey): void {
    const { order } = this;
    this.order = { key, descending: order.key === key ? !order.descending : key !== "name" && key !== "kind" };
  }

  async rename({ run, name }: { run: RunId; name: string }): Promise<void> {
    const before = this.entries.find(({ id }) => id === run)?.name;
    const text = name.trim();
    if (text === "" || text === before) return;
    await this.#change(() => this.#host.client.renameRun({ run, name: text }));
  }

  async delete({ id: run, name }: Pick<LibraryEntry, "id" | "name">): Promise<void> {
    const deleted = await this.#change(() => this.#host.client.deleteRun({ run }));
    if (!deleted) return;
    this.#notices.say({
      text: `Deleted “${name}”.`,
      action: { label: "Undo", act: () => void this.#change(() => this.#host.client.restoreRun({ run })) },
    });
  }

  /** @returns whether it went well */
  async #change(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      await this.reload();
      return true;
    } catch (error) {
      this.#notices.tell(error);
      return false;
    }
  }
}

/**
 * Entries whose name or kind holds every word of the filter.
 * @internal
 */
export function filterEntries(entries: readonly LibraryEntry[], filter: string): readonly LibraryEntry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return entries.filter(({ name, kind }) => words.every((word) => `${name} ${kind}`.toLowerCase().includes(word)));
}

/**
 * A new array. What is not known comes last in either direction; equal values are in the order of their names.
 * @internal
 */
export function sortEntries(entries: readonly LibraryEntry[], { key, descending }: SortOrder): readonly LibraryEntry[] {
  const sign = descending ? -1 : 1;
  return entries.toSorted((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (x === undefined || y === undefined) {
      if (x !== y) return x === undefined ? 1 : -1;
    } else if (x !== y) {
      return sign * (typeof x === "string" ? compareNames(x, String(y)) : x - Number(y));
    }
    return compareNames(a.name, b.name);
  });
}

/** `run-9` before `run-10`. */
const compareNames = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
