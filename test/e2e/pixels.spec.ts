/**
 * Pixels tell the truth: the colour at random rows and times, at three zooms, against brute force over the spans that made
 * the trace. A pixel (or the bin that it shows) decides when one thing fills it; where something begins or ends in it, or
 * right before it (the first pixel of a span is darker, so that neighbours can be told apart), there is nothing to compare.
 */
import { cssColour, ELSEWHERE_COLOURS, IDLE_COLOURS, workColour } from "#common/colours.ts";
import type { WavefrontProbe } from "../../renderer/views/wavefront/test-hook.ts";
import { FIGURE_OPS, FIGURE_RANKS, rankOfStage } from "./figure-trace.ts";
import { expect, FIGURE, FIGURE_FILE, openPage, test } from "./served.ts";

const POINTS = 200;
const COMPUTE = FIGURE.filter(({ phase }) => phase === "compute");
const END_NS = Math.max(...FIGURE.map(({ endUs }) => endUs)) * 1_000;

/** Numbers in 0…1 that are the same in every run (Lehmer, modulus 2^31 − 1). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What fills [fromNs, toNs) of a row from end to end: a colour; `undefined` where more than one thing is in it. */
function expectedColour({
  axis,
  row,
  fromNs,
  toNs,
  theme,
}: {
  axis: "rank" | "stage";
  row: number;
  fromNs: number;
  toNs: number;
  theme: "light" | "dark";
}): number | undefined {
  const before = toNs - fromNs;
  const touches = (span: (typeof COMPUTE)[number]) =>
    span.startUs * 1_000 < toNs && span.endUs * 1_000 > fromNs - before;
  const fills = (span: (typeof COMPUTE)[number]) =>
    span.startUs * 1_000 <= fromNs - before && span.endUs * 1_000 >= toNs;
  const rank = axis === "rank" ? row : rankOfStage(row);
  const there = COMPUTE.filter((span) => span.rank === rank && touches(span));
  if (there.length === 0) return IDLE_COLOURS[theme];
  const [only] = there;
  if (only === undefined || there.length > 1 || !fills(only)) return undefined;
  if (axis === "stage" && only.stage !== row) return ELSEWHERE_COLOURS[theme];
  return workColour({ op: only.op, pass: "forward" });
}

/** Both themes are drawn by one shader from two palettes: the dark one is looked at once for each axis. */
const VIEWS = (["rank", "stage"] as const).flatMap((axis) => [
  { axis, theme: "light", zoom: 1 } as const,
  { axis, theme: "light", zoom: 6 } as const,
  { axis, theme: "light", zoom: 60 } as const,
  { axis, theme: "dark", zoom: 6 } as const,
]);

for (const { axis, theme, zoom } of VIEWS) {
  test.describe(`rows of ${axis}s, ${theme}, zoomed ${zoom} ×`, () => {
    test.use({ colorScheme: theme });

    test("every decided pixel has the colour of the work there, or is idle", async ({ page, served }) => {
      const widthNs = END_NS / zoom;
      const fromNs = (END_NS - widthNs) * 0.43;
      await openPage(page, served, {
        run: served.runs[FIGURE_FILE] ?? "",
        axis,
        from: String(fromNs),
        to: String(fromNs + widthNs),
      });
      const random = createRandom(7 * zoom + (axis === "rank" ? 1 : 2));
      const rows = axis === "rank" ? FIGURE_RANKS : FIGURE_OPS.length;
      const reachNs = widthNs / 800; // a pixel or so: points that will hardly be decided are not asked for
      const points: { row: number; ns: number }[] = [];
      while (points.length < POINTS * 2) {
        const row = Math.floor(random() * rows);
        const ns = fromNs + random() * widthNs;
        if (expectedColour({ axis, theme, row, fromNs: ns - reachNs, toNs: ns + reachNs }) !== undefined) {
          points.push({ row, ns });
        }
      }
      const probed = await page.evaluate(async (asked) => {
        const { wavefront } = (globalThis as unknown as { __pipewave: { wavefront: WavefrontProbe } }).__pipewave;
        await wavefront.idle();
        const found = [];
        for (const point of asked) found.push(await wavefront.pixelAt(point));
        return found;
      }, points);

      const wrong: string[] = [];
      const seen = new Map<string, number>();
      let decided = 0;
      for (const [i, pixel] of probed.entries()) {
        if (pixel === undefined || decided === POINTS) continue;
        const expected = expectedColour({ axis, theme, row: pixel.row, fromNs: pixel.fromNs, toNs: pixel.toNs });
        if (expected === undefined) continue;
        decided += 1;
        seen.set(cssColour(expected), (seen.get(cssColour(expected)) ?? 0) + 1);
        if (pixel.colour !== expected) {
          wrong.push(
            `row ${pixel.row} at ${points[i]?.ns ?? 0}: ${cssColour(pixel.colour)} instead of ${cssColour(expected)}`,
          );
        }
      }
      expect(wrong).toEqual([]);
      expect(decided).toBe(POINTS);
      expect(seen.size, "work and idle time both occur").toBeGreaterThan(1);
    });
  });
}
