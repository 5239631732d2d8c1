/**
 * The notes of an open run, as they stand in its file. What is deleted comes back with Undo. The last read wins.
 */
import type { Note, NoteDraft } from "#common/notes.ts";
import type { Notices } from "./notices.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import { bringIntoView, showSpan } from "./show-span.ts";

type Draft = NoteDraft & Partial<Pick<Note, "id" | "createdAtEpochMs">>;

export class Notes {
  /** In the order of their times. */
  list = $state.raw<readonly Note[]>([]);
  /** The note that is being written. */
  draft = $state.raw<Draft>();
  readonly #run: OpenRun;
  readonly #notices: Notices;

  constructor({ run, notices }: { run: OpenRun; notices: Notices }) {
    this.#run = run;
    this.#notices = notices;
  }

  async read(): Promise<void> {
    try {
      this.list = await this.#run.client.readNotes({ run: this.#run.detail.id });
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  /** Begins a note on what is selected: a span, the time of a bubble, an area; else on the middle of what is shown. */
  begin(area?: { readonly fromNs: number; readonly toNs: number }): void {
    const { selection, viewport } = this.#run;
    const { current } = selection;
    if (area !== undefined) this.draft = { atNs: area.fromNs, untilNs: area.toNs, text: "" };
    else if (current?.kind === "span") {
      this.draft = { atNs: current.startNs, untilNs: current.endNs, span: current.id, text: "" };
    } else if (current?.kind === "bubble") this.draft = { atNs: current.fromNs, untilNs: current.toNs, text: "" };
    else this.draft = { atNs: Math.round((viewport.fromNs + viewport.toNs) / 2), text: "" };
  }

  async save(text: string): Promise<void> {
    const { draft } = this;
    if (draft === undefined || text.trim() === "") return;
    this.draft = undefined;
    await this.#change(() => this.#run.client.saveNote({ run: this.#run.detail.id, note: { ...draft, text } }));
  }

  async remove(note: Note): Promise<void> {
    const run = this.#run.detail.id;
    const done = await this.#change(() => this.#run.client.deleteNote({ run, note: note.id }));
    if (!done) return;
    this.#notices.say({
      text: "Deleted a note.",
      detail: note.text.length > 80 ? `${note.text.slice(0, 79)}…` : note.text,
      action: {
        label: "Undo",
        act: () => void this.#change(() => this.#run.client.saveNote({ run, note })),
      },
    });
  }

  /** Shows what a note is about. */
  show({ span, atNs, untilNs = atNs }: Note): void {
    if (span === undefined) bringIntoView(this.#run, { startNs: atNs, endNs: untilNs });
    else showSpan(this.#run, span);
  }

  async #change(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change();
    } catch (error) {
      this.#notices.tell(error);
      return false;
    }
    await this.read();
    return true;
  }
}
