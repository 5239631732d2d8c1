/** What the help shows of keys and gestures. The views act on them; this list only says what they do. */

interface KeyEntry {
  readonly keys: readonly string[];
  readonly does: string;
}

export const KEY_GROUPS: readonly { readonly title: string; readonly entries: readonly KeyEntry[] }[] = [
  {
    title: "Move through time",
    entries: [
      { keys: ["Wheel"], does: "Zoom at the pointer" },
      { keys: ["W", "S"], does: "Zoom in, zoom out" },
      { keys: ["A", "D", "←", "→"], does: "Move left, move right; with Shift faster" },
      { keys: ["Drag"], does: "Move" },
      { keys: ["F"], does: "Fit the selection" },
      { keys: ["0", "Double-click"], does: "Fit everything" },
      { keys: ["[", "]"], does: "Back and forward through zooms" },
    ],
  },
  {
    title: "Move through rows",
    entries: [{ keys: ["↑", "↓", "Shift Wheel"], does: "Scroll rows" }],
  },
  {
    title: "Select and measure",
    entries: [
      { keys: ["Click"], does: "Select a span, a stage or a bubble, in every view" },
      { keys: [",", "."], does: "The span before, the span after" },
      { keys: ["Shift Drag"], does: "Measure with the ruler" },
      { keys: ["Esc"], does: "Select nothing: back to the figures of the scope" },
    ],
  },
  {
    title: "Anywhere",
    entries: [
      { keys: ["?"], does: "This list" },
      { keys: ["Tab"], does: "From control to control" },
    ],
  },
];
