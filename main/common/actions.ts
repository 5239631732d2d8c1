/**
 * Every action that a person can ask for by key, in the command palette or in a native menu, with its name and its keys: the
 * one list that help, palette, key handling and the desktop's menus are made from. What an action does, the view that is on
 * screen says (renderer/state/actions.svelte.ts). This file knows no view, no DOM and no Electron.
 */

export const ACTION_GROUPS = [
  "Move through time",
  "Move through rows",
  "Select and measure",
  "Find and note",
  "Show",
  "Save a picture",
  "Compare two runs",
  "Anywhere",
] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

export interface ActionDefinition {
  readonly group: ActionGroup;
  /** An order, as on a button. */
  readonly title: string;
  /**
   * `Mod+k`, `Alt+ArrowLeft`, `w`: modifiers, then `KeyboardEvent.key`. `Mod` is Ctrl, on a Mac ⌘. Shift is passed on to the
   * action, unless a key of another action names it.
   */
  readonly keys?: readonly string[];
  /** What Shift does beside. */
  readonly withShift?: string;
  /** Also while a dialog is open. */
  readonly inDialogs?: true;
}

const ACTIONS = {
  "zoom-in": { group: "Move through time", title: "Zoom in", keys: ["w", "+", "="] },
  "zoom-out": { group: "Move through time", title: "Zoom out", keys: ["s", "-"] },
  "move-left": { group: "Move through time", title: "Move left", keys: ["a", "ArrowLeft"], withShift: "faster" },
  "move-right": { group: "Move through time", title: "Move right", keys: ["d", "ArrowRight"], withShift: "faster" },
  "fit-selection": { group: "Move through time", title: "Fit the selection", keys: ["f"] },
  "fit-all": { group: "Move through time", title: "Fit everything", keys: ["0", "Home"] },
  "zoom-back": { group: "Move through time", title: "Back to the zoom before", keys: ["[", "Alt+ArrowLeft"] },
  "zoom-forward": { group: "Move through time", title: "Forward to the zoom after", keys: ["]", "Alt+ArrowRight"] },

  "scroll-up": { group: "Move through rows", title: "Scroll rows up", keys: ["ArrowUp"], withShift: "faster" },
  "scroll-down": { group: "Move through rows", title: "Scroll rows down", keys: ["ArrowDown"], withShift: "faster" },
  "page-up": { group: "Move through rows", title: "Scroll a page of rows up", keys: ["PageUp"] },
  "page-down": { group: "Move through rows", title: "Scroll a page of rows down", keys: ["PageDown"] },

  "span-before": { group: "Select and measure", title: "Select the span before", keys: [","] },
  "span-after": { group: "Select and measure", title: "Select the span after", keys: ["."] },
  "jump-to-awaited": { group: "Select and measure", title: "From a bubble to the span it waited for", keys: ["j"] },
  "path-back": { group: "Select and measure", title: "Back along the critical path", keys: ["p"] },
  "path-on": { group: "Select and measure", title: "On along the critical path", keys: ["n"] },
  ruler: { group: "Select and measure", title: "Ruler on or off", keys: ["r"] },
  copy: { group: "Select and measure", title: "Copy the selection as text", keys: ["Mod+c"] },
  clear: { group: "Select and measure", title: "Select nothing: back to the figures of the scope", keys: ["Escape"] },

  search: { group: "Find and note", title: "Search stages, batches, names and notes", keys: ["/", "Mod+f"] },
  "search-next": { group: "Find and note", title: "Next found", keys: ["Mod+g", "F3"] },
  "search-previous": { group: "Find and note", title: "Previous found", keys: ["Mod+Shift+g", "Shift+F3"] },
  note: { group: "Find and note", title: "Write a note on what is selected, or on this time", keys: ["m"] },
  notes: { group: "Find and note", title: "List the notes", keys: ["Shift+m"] },
  sql: { group: "Find and note", title: "Ask the run with SQL", keys: ["q"] },

  "rows-ranks": { group: "Show", title: "Rows are ranks", keys: ["1"] },
  "rows-stages": { group: "Show", title: "Rows are stages", keys: ["2"] },
  "rows-lanes": { group: "Show", title: "Rows are lanes", keys: ["3"] },
  "columns-time": { group: "Show", title: "Columns are time", keys: ["4"] },
  "columns-steps": { group: "Show", title: "Columns are steps", keys: ["5"] },
  "columns-batches": { group: "Show", title: "Stage × batch matrix", keys: ["6"] },
  "show-causes": { group: "Show", title: "Causes of bubbles on or off", keys: ["c"] },
  "show-path": { group: "Show", title: "Critical path on or off", keys: ["k"] },
  "pane-network": { group: "Show", title: "Network pane on or off", keys: ["7"] },
  "pane-lanes": { group: "Show", title: "Pipeline stages on or off", keys: ["8"] },
  "pane-inspector": { group: "Show", title: "Inspector pane on or off", keys: ["9"] },
  "next-iteration": { group: "Show", title: "Next iteration", keys: ["Shift+."] },
  "previous-iteration": { group: "Show", title: "Previous iteration", keys: ["Shift+,"] },

  "save-picture": { group: "Save a picture", title: "Choose a view to save as a picture…", keys: ["e"] },
  "save-wavefront-png": { group: "Save a picture", title: "Save the wavefront as PNG" },
  "save-wavefront-svg": { group: "Save a picture", title: "Save the wavefront as SVG" },
  "save-network-png": { group: "Save a picture", title: "Save the network as PNG" },
  "save-network-svg": { group: "Save a picture", title: "Save the network as SVG" },
  "save-stages-png": { group: "Save a picture", title: "Save the pipeline stages as PNG" },
  "save-stages-svg": { group: "Save a picture", title: "Save the pipeline stages as SVG" },
  "save-matrix-png": { group: "Save a picture", title: "Save the stage × batch matrix as PNG" },
  "save-matrix-svg": { group: "Save a picture", title: "Save the stage × batch matrix as SVG" },

  compare: { group: "Compare two runs", title: "Compare with another run…" },
  swap: { group: "Compare two runs", title: "Swap A and B", keys: ["x"] },

  palette: { group: "Anywhere", title: "Find and do any of this", keys: ["Mod+k"], inDialogs: true },
  help: { group: "Anywhere", title: "Show keys and gestures", keys: ["?"], inDialogs: true },
  settings: { group: "Anywhere", title: "Settings: colours, units, theme", keys: ["Mod+,"] },
  theme: { group: "Anywhere", title: "Next theme: as the system, light, dark" },
  library: { group: "Anywhere", title: "Go to the library", keys: ["l"] },
  "import-files": { group: "Anywhere", title: "Import files…", keys: ["Mod+o"] },
  capture: { group: "Anywhere", title: "Capture a run" },
  simulate: { group: "Anywhere", title: "Simulate a schedule" },
} as const satisfies Readonly<Record<string, ActionDefinition>>;

export type ActionId = keyof typeof ACTIONS;
export const ACTION_IDS = Object.keys(ACTIONS) as readonly ActionId[];
export const describeAction = (id: ActionId): ActionDefinition => ACTIONS[id];
