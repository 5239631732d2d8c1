/**
 * Whether anything is under way between the page and its backend, told as `data-activity="busy|idle"` on the root element:
 * tests wait for `idle` instead of sleeping. "Idle" comes two frames after the last answer, when it has been drawn.
 */
import type { Client } from "#common/api.ts";
import { API_METHODS } from "#common/api.ts";

/** The same client; every call counts as activity until it is settled. */
export function watchActivity(client: Client, root: HTMLElement): Client {
  let pending = 0;
  let settledCalls = 0;
  root.dataset["activity"] = "idle";

  const begin = () => {
    pending += 1;
    root.dataset["activity"] = "busy";
  };
  const end = () => {
    pending -= 1;
    const seen = ++settledCalls;
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        if (pending === 0 && seen === settledCalls) root.dataset["activity"] = "idle";
      });
    });
  };

  const methods = Object.keys(API_METHODS).map((name) => {
    const method = client[name as keyof Client] as (...args: unknown[]) => Promise<unknown>;
    const watched = (...args: unknown[]) => {
      begin();
      return method(...args).finally(end);
    };
    return [name, watched];
  });
  return Object.fromEntries(methods) as Client;
}
