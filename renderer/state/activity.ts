/**
 * Whether anything is under way in the page (calls of the backend, views that are being loaded), told as
 * `data-activity="busy|idle"` on the root element: tests wait for `idle` instead of sleeping. "Idle" comes two frames after
 * the last of it, when it has been drawn.
 */
import type { Client } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";

interface Counted {
  pending: number;
  settled: number;
}

/** By root element: one count, whoever asks. */
const counts = new WeakMap<HTMLElement, Counted>();

function countOf(root: HTMLElement): Counted {
  const known = counts.get(root);
  if (known !== undefined) return known;
  const count = { pending: 0, settled: 0 };
  counts.set(root, count);
  root.dataset["activity"] = "idle";
  return count;
}

/** Counts as activity until it is settled. */
export function watchPromise<Value>(work: Promise<Value>, root: HTMLElement): Promise<Value> {
  const count = countOf(root);
  count.pending += 1;
  root.dataset["activity"] = "busy";
  return work.finally(() => {
    count.pending -= 1;
    const seen = ++count.settled;
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        if (count.pending === 0 && seen === count.settled) root.dataset["activity"] = "idle";
      });
    });
  });
}

/** The same client; every call counts as activity until it is settled. */
export function watchActivity(client: Client, root: HTMLElement): Client {
  countOf(root);
  const methods = Object.keys(API_METHODS).map((name) => {
    const method = client[name as keyof Client] as (...args: unknown[]) => Promise<unknown>;
    const watched = (...args: unknown[]) => watchPromise(method(...args), root);
    return [name, watched];
  });
  return Object.fromEntries(methods) as Client;
}
