/**
 * The native menus as data: what stands where on which system. What the page does stands here by the name of its action and
 * shows the page's own key (#common/actions.ts); what can not be done now is grey. What an item does is given; nothing here
 * touches a window.
 */
import path from "node:path";

import type { MenuItemConstructorOptions } from "electron";

import type { ActionId } from "#common/actions.ts";
import { ACTION_IDS, describeAction } from "#common/actions.ts";

import { showKey } from "./accelerator.ts";

export interface MenuActions {
  readonly open: () => void;
  readonly openFile: (file: string) => void;
  readonly clearRecent: () => void;
  readonly showLibraryFolder: () => void;
  readonly showAbout: () => void;
  readonly command: (command: ActionId) => void;
}

interface MenuSituation {
  readonly platform: NodeJS.Platform;
  readonly recent: readonly string[];
  /** What the page can do now. */
  readonly available: ReadonlySet<string>;
  readonly act: MenuActions;
}

/** What a page can do before it has said what it can. */
export const ALWAYS_AVAILABLE: ReadonlySet<string> = new Set(
  ACTION_IDS.filter((id) => describeAction(id).group === "Anywhere"),
);

const SEPARATOR: MenuItemConstructorOptions = { type: "separator" };

export function describeMenu({ platform, recent, available, act }: MenuSituation): MenuItemConstructorOptions[] {
  const isMac = platform === "darwin";
  const about: MenuItemConstructorOptions = { id: "about", label: "About Pipewave", click: act.showAbout };
  const command = (id: ActionId, label: string): MenuItemConstructorOptions => ({
    id,
    label,
    enabled: available.has(id),
    click: () => act.command(id),
    ...showKey(id, platform),
  });
  const settings = command("settings", "Settings…");
  const applicationMenu: MenuItemConstructorOptions = {
    label: "Pipewave",
    submenu: [
      about,
      SEPARATOR,
      settings,
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
        // The desktop's own dialog: a page may not open one that nobody clicked for.
        { id: "open", label: "Open…", click: act.open, ...showKey("import-files", platform) },
        { label: "Open Recent", submenu: describeRecent(recent, act) },
        SEPARATOR,
        command("capture", "Capture a Run…"),
        command("simulate", "Simulate a Schedule…"),
        command("compare", "Compare With…"),
        SEPARATOR,
        { label: "Save a Picture", submenu: describePictures(command) },
        SEPARATOR,
        command("library", "Library"),
        { id: "library-folder", label: "Show Library Folder", click: act.showLibraryFolder },
        SEPARATOR,
        ...(isMac ? [] : [settings, SEPARATOR]),
        { role: isMac ? "close" : "quit" },
      ],
    },
    {
      label: "&Edit",
      submenu: [
        { role: "undo" },
        { role: "redo" },
        SEPARATOR,
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        { role: "selectAll" },
        SEPARATOR,
        // Its key is that of “Copy” above, which the page answers where no text is marked.
        {
          id: "copy",
          label: "Copy Selection as Text",
          enabled: available.has("copy"),
          click: () => act.command("copy"),
        },
        command("clear", "Select Nothing"),
        SEPARATOR,
        command("search", "Find…"),
        command("search-next", "Find Next"),
        command("search-previous", "Find Previous"),
        SEPARATOR,
        command("note", "Write a Note…"),
      ],
    },
    { label: "&View", submenu: describeView(command) },
    { label: "&Go", submenu: describeGo(command) },
    { role: "windowMenu" },
    {
      role: "help",
      submenu: [command("help", "Keyboard and Mouse"), ...(isMac ? [] : [SEPARATOR, about])],
    },
  ];
}

type Command = (id: ActionId, label: string) => MenuItemConstructorOptions;

function describePictures(command: Command): MenuItemConstructorOptions[] {
  return [
    command("save-picture", "Choose…"),
    SEPARATOR,
    command("save-wavefront-png", "Wavefront as PNG"),
    command("save-wavefront-svg", "Wavefront as SVG"),
    command("save-network-png", "Network as PNG"),
    command("save-network-svg", "Network as SVG"),
    command("save-stages-png", "Pipeline Stages as PNG"),
    command("save-stages-svg", "Pipeline Stages as SVG"),
    command("save-matrix-png", "Stage × Batch as PNG"),
    command("save-matrix-svg", "Stage × Batch as SVG"),
  ];
}

function describeView(command: Command): MenuItemConstructorOptions[] {
  return [
    command("palette", "Command Palette…"),
    SEPARATOR,
    {
      label: "Rows",
      submenu: [command("rows-ranks", "Ranks"), command("rows-stages", "Stages"), command("rows-lanes", "Lanes")],
    },
    {
      label: "Columns",
      submenu: [
        command("columns-time", "Time"),
        command("columns-steps", "Steps"),
        command("columns-batches", "Stage × Batch"),
      ],
    },
    command("show-causes", "Causes of Bubbles"),
    command("show-path", "Critical Path"),
    SEPARATOR,
    command("pane-network", "Network Pane"),
    command("pane-lanes", "Pipeline Stages"),
    command("pane-inspector", "Inspector Pane"),
    command("notes", "Notes"),
    command("sql", "SQL Console"),
    SEPARATOR,
    command("theme", "Next Theme"),
    { label: "Size of Text", submenu: [{ role: "resetZoom" }, { role: "zoomIn" }, { role: "zoomOut" }] },
    SEPARATOR,
    { role: "togglefullscreen" },
    { role: "reload" },
    { role: "toggleDevTools" },
  ];
}

function describeGo(command: Command): MenuItemConstructorOptions[] {
  return [
    command("zoom-back", "Back"),
    command("zoom-forward", "Forward"),
    SEPARATOR,
    command("zoom-in", "Zoom In on Time"),
    command("zoom-out", "Zoom Out of Time"),
    command("fit-selection", "Fit the Selection"),
    command("fit-all", "Fit Everything"),
    SEPARATOR,
    command("previous-iteration", "Previous Iteration"),
    command("next-iteration", "Next Iteration"),
    SEPARATOR,
    command("span-before", "Span Before"),
    command("span-after", "Span After"),
    command("jump-to-awaited", "Span That a Bubble Waited For"),
    command("path-back", "Back Along the Critical Path"),
    command("path-on", "On Along the Critical Path"),
    SEPARATOR,
    command("ruler", "Ruler"),
    command("swap", "Swap A and B"),
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
