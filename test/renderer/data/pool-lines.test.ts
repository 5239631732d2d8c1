/** Pooled lines of the raw picture: idle stays exactly idle, full exactly full, and the key is that of the longest part. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { poolLines } from "../../../renderer/data/pool-lines.ts";

const byte = fc.constantFrom(0, 1, 90, 254, 255);

test("each line is the mean of its rows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(byte, byte, byte, byte), { minLength: 3 * 7, maxLength: 3 * 7 }),
      fc.integer({ min: 0, max: 3 }),
      (cells, rowLevel) => {
        const [widthPx, rowCount] = [3, 7];
        const texels = Uint8Array.from(cells.flat());
        const size = 2 ** rowLevel;
        expect(poolLines(texels, { widthPx, rowCount, rowLevel })).toBe(Math.ceil(rowCount / size));
        for (let line = 0; line * size < rowCount; line++) {
          for (let px = 0; px < widthPx; px++) {
            const rows = Array.from({ length: size }, (_, i) => line * size + i).filter((row) => row < rowCount);
            const own = rows.map((row) => cells[row * widthPx + px]);
            const [part, elsewhere, low, high] = texels.subarray((line * widthPx + px) * 4);
            const mean = own.reduce((sum, [value]) => sum + value, 0) / own.length;
            expect(Math.abs(part - mean)).toBeLessThanOrEqual(1);
            expect(part === 0).toBe(own.every(([value]) => value === 0));
            expect(part === 255).toBe(own.every(([value]) => value === 255));
            expect(elsewhere === 0).toBe(own.every(([, value]) => value === 0));
            const longest = Math.max(...own.map(([value]) => value));
            expect(own.some(([value, , a, b]) => value === longest && a === low && b === high)).toBe(true);
          }
        }
      },
    ),
  );
});
