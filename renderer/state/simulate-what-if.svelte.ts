/**
 * What would help an open run: asked when a person wants to know, kept while the run is open. A change that is chosen becomes a
 * run of the library, opened alone or beside the original; the same change is derived once.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { RunId } from "#common/ids.ts";
import type { Scope } from "#common/report.ts";
import type { Changes } from "#common/schedule/changes.ts";
import type { WhatIfAnswer } from "#common/simulation.ts";
import type { Notices } from "./notices.svelte.ts";

/** Where a derived run can be shown. */
export interface DerivedRunPlaces {
  open(run: RunId): Promise<void>;
  compare(runs: { readonly a: RunId; readonly b: RunId }): Promise<void>;
}

export class WhatIf {
  /** Of the last question; its ranking is the same for every question about one scope. */
  answer = $state.raw<WhatIfAnswer | undefined>(undefined);
  /** The changes that the answer is about; undefined when only the ranking was asked for. */
  asked = $state.raw<Changes | undefined>(undefined);
  failure = $state.raw<AppErrorFields | undefined>(undefined);
  asking = $state(false);
  /** The change that is being derived, as JSON. */
  deriving = $state<string | undefined>(undefined);
  readonly #client: Client;
  readonly #run: RunId;
  readonly #notices: Notices;
  readonly #places: DerivedRunPlaces;
  readonly #derived = new Map<string, RunId>();
  #request: AbortController | undefined;

  constructor({
    run,
    notices,
    places,
  }: {
    run: { readonly client: Client; readonly detail: Pick<RunDetail, "id"> };
    notices: Notices;
    places: DerivedRunPlaces;
  }) {
    this.#client = run.client;
    this.#run = run.detail.id;
    this.#notices = notices;
    this.#places = places;
  }

  /** The last question wins. @param changes all made together; without them only single changes are ranked */
  async ask({ scope, changes }: { scope: Scope; changes?: Changes }): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.asking = true;
    try {
      const question = { run: this.#run, ...scope, ...(changes === undefined ? {} : { changes }) };
      const answer = await this.#client.rankChanges(question, { signal: request.signal });
      if (request.signal.aborted) return;
      this.answer = answer;
      this.asked = changes;
      this.failure = undefined;
    } catch (error) {
      if (request.signal.aborted) return;
      if (error instanceof AppError && error.code !== "connection-lost") this.failure = error.fields;
      else this.#notices.tell(error);
    } finally {
      if (this.#request === request) this.asking = false;
    }
  }

  /** Opens the run that the changes would have given. */
  async open(changes: Changes): Promise<void> {
    const run = await this.#derive(changes);
    if (run !== undefined) await this.#places.open(run);
  }

  /** Puts it beside the original. */
  async compare(changes: Changes): Promise<void> {
    const run = await this.#derive(changes);
    if (run !== undefined) await this.#places.compare({ a: this.#run, b: run });
  }

  /** What was answered about a scope; nothing when it was about another one. */
  answerOf(scope: Scope | undefined): WhatIfAnswer | undefined {
    const { answer } = this;
    const isSame = answer?.scope.iteration === scope?.iteration && answer?.scope.replica === scope?.replica;
    return isSame ? answer : undefined;
  }

  async #derive(changes: Changes): Promise<RunId | undefined> {
    const { scope } = this.answer ?? {};
    const key = JSON.stringify({ changes, scope });
    const known = this.#derived.get(key);
    if (known !== undefined) return known;
    this.deriving = JSON.stringify(changes);
    try {
      const run = await this.#client.deriveRun({ run: this.#run, ...scope, changes });
      this.#derived.set(key, run);
      return run;
    } catch (error) {
      this.#notices.tell(error);
      return undefined;
    } finally {
      this.deriving = undefined;
    }
  }
}
