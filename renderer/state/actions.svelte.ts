/**
 * Who does which action at the moment. Views provide what they can do while they are on screen; a key, the palette or a
 * button asks for it by its name. One document has one keyboard, so there is one instance.
 *
 * Refuses keys that belong to whatever has the focus: what is typed into a field, the arrows of a control, everything under
 * an open dialog.
 */
import { untrack } from "svelte";

import { ACTION_IDS, describeAction } from "#common/actions.ts";
import type { ActionId } from "#common/actions.ts";
import { actionOfKey } from "./actions.ts";

/** What an action gives that had nothing to do: whoever provides the same one around it may. */
export const DECLINED = Symbol("declined");

type Act = (event?: KeyboardEvent) => unknown;

interface Provided {
  readonly act: Act;
  /** Absent: always. */
  readonly enabled?: () => boolean;
}

export type Provision = Readonly<Partial<Record<ActionId, Act | Provided>>>;

/** @internal */
export class Actions {
  #provisions = $state.raw<readonly { readonly provision: Provision; readonly inner: boolean }[]>([]);

  /**
   * Until the function that comes back is called, as by an effect that ends.
   * @param options.inner asked before those that are not, such as a plot before the view around it
   */
  provide(provision: Provision, { inner = false }: { inner?: boolean } = {}): () => void {
    const entry = { provision, inner };
    untrack(() => (this.#provisions = inner ? [entry, ...this.#provisions] : [...this.#provisions, entry]));
    return () => untrack(() => (this.#provisions = this.#provisions.filter((other) => other !== entry)));
  }

  /** What can be done now, in the order of the list. */
  get available(): readonly ActionId[] {
    return ACTION_IDS.filter((id) => this.#providersOf(id).length > 0);
  }

  /** Says whether anybody did it. */
  run(id: ActionId, event?: KeyboardEvent): boolean {
    return this.#providersOf(id).some(({ act }) => act(event) !== DECLINED);
  }

  /** As a native menu asks, which stays at hand while a dialog waits for an answer. Says whether anybody did it. */
  command(id: ActionId): boolean {
    return isOpenTo(id) && this.run(id);
  }

  /** To be called with every key that reaches the window. */
  handleKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const id = actionOfKey(event);
    if (id === undefined || !isFree(event, id)) return;
    if (this.run(id, event)) event.preventDefault();
  }

  #providersOf(id: ActionId): Provided[] {
    return this.#provisions.flatMap(({ provision }) => {
      const found = provision[id];
      if (found === undefined) return [];
      const provided = typeof found === "function" ? { act: found } : found;
      return provided.enabled?.() === false ? [] : [provided];
    });
  }
}

/** Under an open dialog nothing is done but what is made for it. */
const isOpenTo = (id: ActionId): boolean =>
  describeAction(id).inDialogs === true || document.querySelector("dialog[open]") === null;

/** Whether the key is nobody else's. */
function isFree(event: KeyboardEvent, id: ActionId): boolean {
  const target = event.target instanceof Element ? event.target : undefined;
  if (!isOpenTo(id)) return false;
  const isChord = event.ctrlKey || event.metaKey;
  const isFunctionKey = /^F\d/.test(event.key);
  if (target?.closest("input:not([type=radio]), textarea, select, [contenteditable]")) {
    // A field has its own copy, and an empty one still takes letters.
    return (isChord || isFunctionKey) && id !== "copy";
  }
  // Arrows, Home and the like belong to whatever control has the focus; letters and Escape do not.
  const isOfControl = event.key.length > 1 && event.key !== "Escape" && !isFunctionKey && !isChord;
  return !isOfControl || target === undefined || target === document.body || target.matches("[role=application]");
}

export const actions = new Actions();
