/** Measures of the gutter in which skip connections run, shared by the blocks and the lines. */

export const TRACK_PX = 7;

/** Room left of the blocks for so many tracks; nothing where there are no skips. */
export function gutterWidthPx(tracks: number): number {
  return tracks === 0 ? 0 : 8 + tracks * TRACK_PX;
}
