/**
 * The native menus as data: what stands where on which system, and which keys reach it. What an item does is given; nothing
 * here touches a window. Keys without a modifier belong to the page.
 */
import path from "node:path";

import type { MenuItemConstructorOptions } from "electron";

import type { PageCommand } from "#common/wire/window.ts";

export interface MenuActions {
  readonly open: () => void;
  readonly openFile: (file: string) => void;
  readonly clearRecent: () => void;
  readonly showLibraryFolder: () => void;
  readonly showAbout: () => void;
  readonly command: (command: PageCommand) => void;
}

interface MenuSituation {
  readonly platform: NodeJS.Platform;
  readonly recent: readonly string[];
  readonly act: MenuActions;
}

const SEPARATOR: MenuItemConstructorOptions = { type: "separator" };

export function describeMenu({ platform, recent, act }: MenuSituation): MenuItemConstructorOptions[] {
  const isMac = platform === "darwin";
  const about: MenuItemConstructorOptions = { id: "about", label: "About Pipewave", click: act.showAbout };
  const command = (id: PageCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id,
    label,
    click: () => act.command(id),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const applicationMenu: MenuItemConstructorOptions = {
    label: "Pipewave",
    submenu: [
      about,
      SEPARATOR,
      { role: "services" },
      SEPARATOR,
      { role: "hide" },
      { role: "hideOthers" },
      { role: "unhide" },
      SEPARATOR,
      { role: "quit" },
    ],
  };
  return [
    ...(isMac ? [applicationMenu] : []),
    {
      label: "&File",
      submenu: [
        { id: "open", label: "Open…", accelerator: "CmdOrCtrl+O", click: act.open },
        { label: "Open Recent", submenu: describeRecent(recent, act) },
        SEPARATOR,
        { id: "library-folder", label: "Show Library Folder", click: act.showLibraryFolder },
        SEPARATOR,
        { role: isMac ? "close" : "quit" },
      ],
    },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        command("show-library", "Library", "CmdOrCtrl+1"),
        command("show-capture", "Capture", "CmdOrCtrl+2"),
        command("show-simulate", "Simulate", "CmdOrCtrl+3"),
        SEPARATOR,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        SEPARATOR,
        { role: "togglefullscreen" },
        { role: "reload" },
        { role: "toggleDevTools" },
      ],
    },
    { role: "windowMenu" },
    {
      role: "help",
      submenu: [command("show-help", "Keyboard and Mouse"), ...(isMac ? [] : [SEPARATOR, about])],
    },
  ];
}

function describeRecent(recent: readonly string[], act: MenuActions): MenuItemConstructorOptions[] {
  if (recent.length === 0) return [{ label: "Nothing Yet", enabled: false }];
  return [
    // An ampersand in a label would underline what follows.
    ...recent.map((file) => ({
      label: path.basename(file).replaceAll("&", "&&"),
      sublabel: path.dirname(file),
      click: () => act.openFile(file),
    })),
    SEPARATOR,
    { id: "clear-recent", label: "Clear", click: act.clearRecent },
  ];
}
