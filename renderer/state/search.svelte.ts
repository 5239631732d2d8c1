/**
 * Search in an open run over stages, batches, notes and names of spans: everything that is found lies in one ring, through
 * which a person goes forth and back. Stages, batches and notes come first, since they are few; then spans by their starts, from what is on
 * screen.
 */
import { spanId } from "#common/ids.ts";
import type { Note } from "#common/notes.ts";
import type { Notes } from "./notes.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import { showSpan } from "./show-span.ts";

/** Spans that can be gone through; of more the search says so. */
const MOST_SPANS = 10_000;
/** After this long without a key the spans are asked for. */
const REST_MS = 180;

export type Hit =
  | { readonly kind: "stage"; readonly stage: number }
  | { readonly kind: "batch"; readonly batch: number }
  | { readonly kind: "note"; readonly note: Note }
  | { readonly kind: "span"; readonly span: number };

export class Search {
  open = $state(false);
  query = $state("");
  /** Place in `hits` of what is shown; −1 before the first. */
  at = $state(-1);
  reading = $state(false);
  #spans = $state.raw<{ readonly ids: Float64Array; readonly total: number }>({ ids: new Float64Array(), total: 0 });
  readonly #run: OpenRun;
  readonly #notes: Notes;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Found without the backend. */
  readonly few: readonly Exclude<Hit, { kind: "span" }>[] = $derived.by(() => this.#findFew());

  constructor({ run, notes }: { run: OpenRun; notes: Notes }) {
    this.#run = run;
    this.#notes = notes;
  }

  get count(): number {
    return this.few.length + this.#spans.ids.length;
  }

  /** Spans that match, also those that cannot be gone through. */
  get spanTotal(): number {
    return this.#spans.total;
  }

  get hit(): Hit | undefined {
    return this.#hitAt(this.at);
  }

  type(query: string): void {
    this.query = query;
    this.at = -1;
    clearTimeout(this.#timer);
    this.#request?.abort();
    if (query.trim() === "") {
      this.#spans = { ids: new Float64Array(), total: 0 };
      this.reading = false;
      return;
    }
    this.reading = true;
    this.#timer = setTimeout(() => void this.#findSpans(), REST_MS);
  }

  /** Shows the next hit, or the one before; the ring has no end. Waits for what is being looked for. */
  async step(direction: "next" | "previous"): Promise<void> {
    if (this.reading) {
      clearTimeout(this.#timer);
      await this.#findSpans();
    }
    if (this.count === 0) return;
    if (direction === "next") this.at = (this.at + 1) % this.count;
    else this.at = this.at <= 0 ? this.count - 1 : this.at - 1;
    this.#show(this.#hitAt(this.at));
  }

  close(): void {
    this.open = false;
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.reading = false;
  }

  #hitAt(at: number): Hit | undefined {
    if (at < 0) return undefined;
    const few = this.few.at(at);
    if (few !== undefined) return few;
    const span = this.#spans.ids.at(at - this.few.length);
    return span === undefined ? undefined : { kind: "span", span };
  }

  #findFew(): readonly Exclude<Hit, { kind: "span" }>[] {
    const text = this.query.trim().toLowerCase();
    if (text === "") return [];
    const numbered = /^(stage|layer|batch|b)?\s*#?(\d+)$/.exec(text);
    const number = numbered === null ? undefined : Number(numbered[2]);
    const word = numbered?.[1];
    const { stages, pipelineReport } = this.#run;
    const ofStages = stages.filter(({ name, op, ordinal }) =>
      number === undefined
        ? name.toLowerCase().includes(text) || op === text
        : (ordinal === number && word !== "batch" && word !== "b") || name.toLowerCase() === text,
    );
    const batches = pipelineReport?.run.batches ?? 0;
    const hasBatch = number !== undefined && word !== "stage" && word !== "layer" && number < batches;
    return [
      ...ofStages.map(({ ordinal }) => ({ kind: "stage", stage: ordinal }) as const),
      ...(hasBatch ? [{ kind: "batch", batch: number } as const] : []),
      ...this.#notes.list
        .filter((note) => note.text.toLowerCase().includes(text))
        .map((note) => ({ kind: "note", note }) as const),
    ];
  }

  async #findSpans(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const { client, detail, viewport } = this.#run;
    try {
      const found = await client.findSpans(
        { run: detail.id, text: this.query.trim(), fromNs: viewport.fromNs, limit: MOST_SPANS },
        { signal: request.signal },
      );
      if (this.#request === request) this.#spans = found;
    } catch (error) {
      if (!request.signal.aborted) this.#run.tell(error);
    } finally {
      if (this.#request === request) this.reading = false;
    }
  }

  #show(hit: Hit | undefined): void {
    const { selection } = this.#run;
    if (hit?.kind === "stage") selection.select({ kind: "stage", stage: hit.stage });
    else if (hit?.kind === "batch") selection.select({ kind: "batch", batch: hit.batch });
    else if (hit?.kind === "note") this.#notes.show(hit.note);
    else if (hit !== undefined) showSpan(this.#run, spanId(hit.span));
  }
}
