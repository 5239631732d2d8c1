/**
 * The menus of each system: every item does something, every action of the page that a menu can offer is there with the page's
 * own key, no key stands twice, and none that a person types is taken from the page.
 */
import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, test, vi } from "vitest";

import type { ActionId } from "#common/actions.ts";
import { ACTION_IDS, describeAction } from "#common/actions.ts";
import { acceleratorOf } from "../../main/electron/accelerator.ts";
import { ALWAYS_AVAILABLE, describeMenu } from "../../main/electron/menu.ts";

const act = {
  open: vi.fn(),
  openFile: vi.fn(),
  clearRecent: vi.fn(),
  showLibraryFolder: vi.fn(),
  showAbout: vi.fn(),
  command: vi.fn(),
};

/** Of roles that bring keys of their own (Electron, lib/browser/api/menu-item-roles.ts), as far as ours could meet them. */
const ROLE_KEYS: Readonly<Record<string, string>> = {
  undo: "CmdOrCtrl+Z",
  redo: "Shift+CmdOrCtrl+Z",
  cut: "CmdOrCtrl+X",
  copy: "CmdOrCtrl+C",
  paste: "CmdOrCtrl+V",
  selectAll: "CmdOrCtrl+A",
  reload: "CmdOrCtrl+R",
  resetZoom: "CmdOrCtrl+0",
  zoomIn: "CmdOrCtrl+Plus",
  zoomOut: "CmdOrCtrl+-",
  quit: "CmdOrCtrl+Q",
  close: "CmdOrCtrl+W",
};

/** Moving by hand: held down on the keyboard, of no use in a menu. */
const BY_HAND: readonly ActionId[] = ["move-left", "move-right", "scroll-up", "scroll-down", "page-up", "page-down"];
/** Stands there as “Open…”, which is the desktop's own dialog. */
const AS_OPEN: ActionId = "import-files";

const flatten = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])]);

describe.each(["darwin", "linux", "win32"] as const)("on %s", (platform) => {
  const available = ALWAYS_AVAILABLE;
  const menu = describeMenu({ platform, recent: ["/traces/a.json"], available, act });
  const items = flatten(menu);
  const itemOf = (id: ActionId) => items.filter((item) => item.id === (id === AS_OPEN ? "open" : id));

  test("every action that is no movement by hand stands in one place, and asks the page for itself", () => {
    for (const id of ACTION_IDS) {
      const [item, ...others] = itemOf(id);
      expect([item !== undefined, others], id).toEqual([!BY_HAND.includes(id), []]);
      if (item === undefined || id === AS_OPEN) continue;
      act.command.mockClear();
      (item.click as () => void)();
      expect(act.command).toHaveBeenCalledExactlyOnceWith(id);
      expect(item.enabled, id).toBe(ALWAYS_AVAILABLE.has(id));
    }
  });

  test("the keys are the page's, which takes them itself", () => {
    for (const id of ACTION_IDS) {
      const own = (describeAction(id).keys ?? []).map((key) => acceleratorOf(key));
      const [item] = itemOf(id);
      if (item?.accelerator === undefined) continue;
      expect(own, id).toContain(item.accelerator);
      expect(item.registerAccelerator, id).toBe(false);
    }
    const keyOf = (id: ActionId) => itemOf(id)[0]?.accelerator;
    expect([keyOf("palette"), keyOf("settings"), keyOf("import-files"), keyOf("search-previous")]).toEqual([
      "CmdOrCtrl+K",
      "CmdOrCtrl+,",
      "CmdOrCtrl+O",
      "CmdOrCtrl+Shift+G",
    ]);
    // macOS takes what a menu shows from the page, letters included.
    expect(keyOf("sql")).toBe(platform === "darwin" ? undefined : "Q");
  });

  test("no two items share a key", () => {
    const keys = items.flatMap(({ accelerator, role }) => {
      const key = accelerator ?? ROLE_KEYS[role ?? ""];
      return key === undefined ? [] : [key];
    });
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    if (platform === "darwin") expect(keys.filter((key) => !/^(?:CmdOrCtrl|Alt|Shift)\+/.test(key))).toEqual([]);
  });

  test("every item acts, has a role, or opens a menu", () => {
    const dead = items.filter(
      ({ click, role, submenu, type }) =>
        click === undefined && role === undefined && submenu === undefined && type === undefined,
    );
    expect(dead).toEqual([]);
    expect(items.some(({ role }) => role === "quit")).toBe(true);
    expect(items.filter(({ id }) => id === "about")).toHaveLength(1);
  });

  test("the application's own menu stands first only where systems have one, with the settings in it", () => {
    expect(menu[0]?.label).toBe(platform === "darwin" ? "Pipewave" : "&File");
    expect(flatten(menu.slice(0, 1)).some(({ id }) => id === "settings")).toBe(true);
  });
});
