/**
 * Keys as they are pressed and as they stand on the keyboard, for the actions of #common/actions.ts, and what the pointer does
 * beside them. Knows no view and no DOM.
 */
import { ACTION_IDS, describeAction } from "#common/actions.ts";
import type { ActionGroup, ActionId } from "#common/actions.ts";

/** What the pointer and the wheel do, which no registry can find out. */
export const GESTURES: Readonly<Partial<Record<ActionGroup, readonly { keys: readonly string[]; does: string }[]>>> = {
  "Move through time": [
    { keys: ["Wheel"], does: "Zoom at the pointer" },
    { keys: ["Drag"], does: "Move" },
    { keys: ["Double-click"], does: "Fit everything" },
  ],
  "Move through rows": [{ keys: ["Shift Wheel"], does: "Scroll rows" }],
  "Select and measure": [
    { keys: ["Click"], does: "Select a span, a stage or a bubble, in every view" },
    { keys: ["Click again"], does: "From a bubble to the span that it waited for" },
    { keys: ["Shift Drag"], does: "Select an area: what lies in it is counted by stage, op, pass and phase" },
  ],
  "Compare two runs": [
    { keys: ["Click"], does: "Select a span or a cell: its partner is selected in the other run" },
    { keys: ["Shift Drag"], does: "Measure with the ruler" },
    { keys: ["←", "→", "↑", "↓"], does: "In the difference heatmap: the cell beside, above, below" },
    { keys: ["Esc"], does: "Select nothing; then back to the library" },
  ],
  Anywhere: [{ keys: ["Tab"], does: "From control to control" }],
};

type KeyPress = Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey">;

/** The action of a key; letters in either case. A key that names Shift goes before one that does not. */
export function actionOfKey(press: KeyPress): ActionId | undefined {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const modifiers = `${press.ctrlKey || press.metaKey ? "Mod+" : ""}${press.altKey ? "Alt+" : ""}`;
  if (press.shiftKey) {
    // With Shift a key may give another character: < is Shift and a comma on many keyboards.
    const named = BY_KEY.get(`${modifiers}Shift+${UNSHIFTED[key] ?? key}`);
    if (named !== undefined) return named;
  }
  return BY_KEY.get(modifiers + key);
}

const UNSHIFTED: Readonly<Record<string, string>> = { "<": ",", ">": ".", ";": ",", ":": "." };

const BY_KEY: ReadonlyMap<string, ActionId> = new Map(
  ACTION_IDS.flatMap((id) => (describeAction(id).keys ?? []).map((key) => [key, id] as const)),
);

const KEY_WORDS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  PageUp: "Page up",
  PageDown: "Page down",
};

/** A key as it stands on the keyboard: `Ctrl K`, on a Mac `⌘ K`. */
export function keyText(key: string, { mac }: { mac: boolean }): string {
  return key
    .split(/(?<=.)\+(?=.)/)
    .map((part) => {
      if (part === "Mod") return mac ? "⌘" : "Ctrl";
      if (part === "Alt") return mac ? "⌥" : "Alt";
      return KEY_WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    })
    .join(" ");
}
