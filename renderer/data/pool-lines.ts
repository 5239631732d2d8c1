/**
 * Lines of texels pooled, 2^rowLevel to one: the raw picture of a plot with more rows than pixels. Pure.
 *
 * A part is the mean of the lines' parts, 0 only if all are 0 and 255 only if all are 255, as in tiles of several rows; the
 * key is that of the line with the longest part.
 */
import { TEXEL_BYTES } from "./cell-key.ts";

/**
 * Pools lines in place: line i of the result is made of the lines [i · 2^rowLevel, (i + 1) · 2^rowLevel), the last one of
 * those that are there.
 * @returns the number of lines of the result
 */
export function poolLines(
  texels: Uint8Array,
  { widthPx, rowCount, rowLevel }: { widthPx: number; rowCount: number; rowLevel: number },
): number {
  const size = 2 ** rowLevel;
  const stride = widthPx * TEXEL_BYTES;
  const lines = Math.ceil(rowCount / size);
  if (size === 1) return lines;
  for (let line = 0; line < lines; line++) {
    const first = line * size;
    const rows = Math.min(size, rowCount - first);
    for (let at = 0; at < stride; at += TEXEL_BYTES) {
      let [own, elsewhere, longest, key] = [0, 0, -1, 0];
      for (let from = first * stride + at, row = 0; row < rows; row++, from += stride) {
        own += texels[from];
        elsewhere += texels[from + 1];
        if (texels[from] <= longest) continue;
        longest = texels[from];
        key = from;
      }
      const into = line * stride + at;
      const [low, high] = [texels[key + 2], texels[key + 3]];
      texels[into] = meanOf(own, rows);
      texels[into + 1] = meanOf(elsewhere, rows);
      texels[into + 2] = low;
      texels[into + 3] = high;
    }
  }
  return lines;
}

function meanOf(sum: number, rows: number): number {
  if (sum === 0) return 0;
  return sum === rows * 255 ? 255 : Math.min(254, Math.max(1, Math.round(sum / rows)));
}
