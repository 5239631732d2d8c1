/**
 * The explanations of the scopes of a run that is being looked at, each worked out once: here, or in a worker where that
 * would hold up this thread. Kept as columns and cut for whoever asks; those of the scopes that were looked at longest ago go.
 */
import type { BubbleWindow, CriticalPath, TransferColumns } from "#common/explanation.ts";
import { AppError } from "#common/errors.ts";
import type { Scope } from "#common/report.ts";

import { cutBubbles } from "./analysis/bubble-columns.ts";
import type { ScopeExplanation } from "./analysis/explain-scope.ts";

/** About 50 bytes a span at worst. */
const KEPT_SCOPES = 4;

/** Explains a scope of a run file in a worker. */
export type ExplainElsewhere = (
  file: string,
  scope: Partial<Scope>,
  signal: AbortSignal,
) => Promise<ScopeExplanation | undefined>;

/** A scope without what is not given. */
export function scopeOf({
  iteration,
  replica,
}: {
  iteration: number | undefined;
  replica: number | undefined;
}): Partial<Scope> {
  return { ...(iteration === undefined ? {} : { iteration }), ...(replica === undefined ? {} : { replica }) };
}

export class ScopeExplanations {
  /** In order of use. */
  readonly #known = new Map<string, Promise<ScopeExplanation | undefined>>();
  readonly #controller = new AbortController();

  /**
   * @param explain works the scope out; several callers share one answer
   * @throws AppError unknown-scope, no-pipeline
   */
  async get(
    scope: Partial<Scope>,
    explain: (signal: AbortSignal) => Promise<ScopeExplanation | undefined>,
  ): Promise<ScopeExplanation> {
    const key = `${scope.iteration ?? ""}/${scope.replica ?? ""}`;
    const answer = this.#known.get(key) ?? explain(this.#controller.signal);
    this.#known.delete(key);
    this.#known.set(key, answer);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT_SCOPES) break;
      this.#known.delete(oldest);
    }
    try {
      const explanation = await answer;
      if (explanation !== undefined) return explanation;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
    throw new AppError({ code: "no-pipeline", what: "no pipeline was recognised in this run" });
  }

  /** Ends whatever is under way. */
  close(): void {
    this.#controller.abort(new Error("the run was closed"));
  }
}

export function cutBubbleWindow(
  { scope, bubbles }: ScopeExplanation,
  query: { readonly fromNs?: number; readonly toNs?: number; readonly limit: number },
): BubbleWindow {
  return { scope, ...cutBubbles(bubbles, query) };
}

export function cutTransfers(
  { transfers: { length, span, from, to } }: ScopeExplanation,
  { fromNs, toNs, limit }: { readonly fromNs: number; readonly toNs: number; readonly limit: number },
): TransferColumns {
  const kept: number[] = [];
  for (let i = 0; i < length && kept.length < limit; i += 1) if (to[i] > fromNs && from[i] < toNs) kept.push(i);
  return {
    length: kept.length,
    span: Int32Array.from(kept, (i) => span[i]),
    from: Float64Array.from(kept, (i) => from[i]),
    to: Float64Array.from(kept, (i) => to[i]),
  };
}

export function pathOf({ scope, path }: ScopeExplanation): CriticalPath {
  return { scope, path };
}
