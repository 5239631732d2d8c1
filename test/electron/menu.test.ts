/** The menus of each system: every item does something, no key is given twice, none that the page uses without a modifier. */
import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, test, vi } from "vitest";

import { describeMenu } from "../../main/electron/menu.ts";

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
  reload: "CmdOrCtrl+R",
  resetZoom: "CmdOrCtrl+0",
  zoomIn: "CmdOrCtrl+Plus",
  zoomOut: "CmdOrCtrl+-",
  quit: "CmdOrCtrl+Q",
  close: "CmdOrCtrl+W",
};

const flatten = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])]);

describe.each(["darwin", "linux", "win32"] as const)("on %s", (platform) => {
  const menu = describeMenu({ platform, recent: ["/traces/a.json"], act });
  const items = flatten(menu);

  test("no two items share a key, and every key has a modifier", () => {
    const keys = items.flatMap(({ accelerator, role }) => {
      const key = accelerator ?? ROLE_KEYS[role ?? ""];
      return key === undefined ? [] : [key];
    });
    expect(keys).toContain("CmdOrCtrl+O");
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !key.includes("+"))).toEqual([]);
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

  test("the application's own menu stands first only where systems have one", () => {
    expect(menu[0]?.label).toBe(platform === "darwin" ? "Pipewave" : "&File");
  });
});
