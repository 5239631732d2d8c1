/** The registry of actions: which key asks for what, who does it, and what help and palette make of it. */
import { expect, test } from "vitest";

import { ACTION_IDS, describeAction } from "#common/actions.ts";
import { Actions, DECLINED } from "../../../renderer/state/actions.svelte.ts";
import { actionOfKey, keyText } from "../../../renderer/state/actions.ts";
import { keyGroups } from "../../../renderer/views/help/keys.ts";

const press = (key: string, held: Partial<Record<"shift" | "alt" | "ctrl" | "meta", boolean>> = {}) =>
  actionOfKey({
    key,
    shiftKey: held.shift ?? false,
    altKey: held.alt ?? false,
    ctrlKey: held.ctrl ?? false,
    metaKey: held.meta ?? false,
  });

test("no key asks for two actions", () => {
  const keys = ACTION_IDS.flatMap((id) => describeAction(id).keys ?? []);
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});

test("letters ask in either case, Ctrl and ⌘ are the same, and what belongs to the browser is left to it", () => {
  expect([press("w"), press("W", { shift: true })]).toEqual(["zoom-in", "zoom-in"]);
  expect([press("k", { ctrl: true }), press("k", { meta: true })]).toEqual(["palette", "palette"]);
  expect([press("["), press("ArrowLeft", { alt: true })]).toEqual(["zoom-back", "zoom-back"]);
  expect([press("s", { ctrl: true }), press("Tab"), press("d", { alt: true })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("a key that names Shift goes before one that does not, whatever character the keyboard gives", () => {
  expect([press("m"), press("M", { shift: true })]).toEqual(["note", "notes"]);
  expect([press("."), press(">", { shift: true }), press(":", { shift: true })]).toEqual([
    "span-after",
    "next-iteration",
    "next-iteration",
  ]);
  expect(press("ArrowDown", { shift: true })).toBe("scroll-down");
  expect([press("g", { ctrl: true }), press("G", { ctrl: true, shift: true })]).toEqual([
    "search-next",
    "search-previous",
  ]);
});

test("keys read as they stand on the keyboard", () => {
  expect(["Mod+k", "Mod+Shift+g", "Alt+ArrowLeft", "Escape", "+"].map((key) => keyText(key, { mac: false }))).toEqual([
    "Ctrl K",
    "Ctrl Shift G",
    "Alt ←",
    "Esc",
    "+",
  ]);
  expect(keyText("Mod+k", { mac: true })).toBe("⌘ K");
});

test("the help names every action that has a key, once", () => {
  const shown = keyGroups({ mac: false }).flatMap(({ entries }) => entries.map(({ does }) => does));
  for (const id of ACTION_IDS) {
    const { title, keys, withShift } = describeAction(id);
    if (keys === undefined) continue;
    const does = withShift === undefined ? title : `${title}; with Shift ${withShift}`;
    expect(shown.filter((text) => text === does).length, id).toBeGreaterThan(0);
  }
});

test("what is provided can be done until it is taken back", () => {
  const actions = new Actions();
  const done: string[] = [];
  expect(actions.run("fit-all")).toBe(false);
  const end = actions.provide({ "fit-all": () => void done.push("fit"), swap: { act: () => 0, enabled: () => false } });
  expect(actions.available).toEqual(["fit-all"]);
  expect([actions.run("fit-all"), actions.run("swap")]).toEqual([true, false]);
  end();
  expect([actions.run("fit-all"), actions.available]).toEqual([false, []]);
  expect(done).toEqual(["fit"]);
});

test("what is inside is asked first and may leave it to what is around it", () => {
  const actions = new Actions();
  const done: string[] = [];
  let hasRuler = true;
  actions.provide({ clear: () => void done.push("selection") });
  actions.provide(
    {
      clear: () => {
        if (!hasRuler) return DECLINED;
        hasRuler = false;
        return void done.push("ruler");
      },
    },
    { inner: true },
  );
  actions.run("clear");
  actions.run("clear");
  expect(done).toEqual(["ruler", "selection"]);
});
