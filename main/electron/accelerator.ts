/**
 * The keys of the page as Electron writes them. The page takes its keys itself, wherever the focus is in it: a menu only shows
 * them, so that none is done twice and none without a modifier is taken from a text field.
 */
import type { MenuItemConstructorOptions } from "electron";

import type { ActionId } from "#common/actions.ts";
import { describeAction } from "#common/actions.ts";

type Shown = Pick<MenuItemConstructorOptions, "accelerator" | "registerAccelerator">;

/** Names of keys that differ from `KeyboardEvent.key` (Electron, docs/tutorial/keyboard-shortcuts.md). */
const KEY_CODES: Readonly<Record<string, string>> = {
  ArrowLeft: "Left",
  ArrowRight: "Right",
  ArrowUp: "Up",
  ArrowDown: "Down",
  "+": "Plus",
};
const MODIFIERS: Readonly<Record<string, string>> = { Mod: "CmdOrCtrl", Alt: "Alt", Shift: "Shift" };

/** The key of an action that a menu shows, if any: the first that has a modifier, since people know those from menus. */
export function showKey(id: ActionId, platform: NodeJS.Platform): Shown {
  const { keys = [] } = describeAction(id);
  const chord = keys.find((key) => isChord(key));
  if (chord !== undefined) return { accelerator: acceleratorOf(chord), registerAccelerator: false };
  const [plain] = keys;
  // macOS gives every key that a menu shows to the menu before the page: a letter could not be typed any more.
  if (plain === undefined || platform === "darwin") return {};
  return { accelerator: acceleratorOf(plain), registerAccelerator: false };
}

/** Whether it is no text that somebody types. */
const isChord = (key: string): boolean => /^(?:Mod|Alt)\+|^(?:Shift\+)?F\d+$/.test(key);

/** `Mod+Shift+g` → `CmdOrCtrl+Shift+G`. @internal Tests compare what the menus show with the keys of the page. */
export function acceleratorOf(key: string): string {
  return key
    .split(/(?<=.)\+(?=.)/)
    .map((part) => MODIFIERS[part] ?? KEY_CODES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join("+");
}
