/** The viewport: zoom about a point, pan within bounds, back and forward. */
import { expect, test } from "vitest";

import { Viewport } from "../../../renderer/state/viewport.svelte.ts";

const MS = 1_000_000;

function createViewport() {
  let nowMs = 0;
  const viewport = new Viewport({ bounds: { fromNs: 0, toNs: 100 * MS }, nowMs: () => nowMs });
  return { viewport, wait: (ms: number) => (nowMs += ms) };
}

test("a zoom leaves the point under the pointer where it is", () => {
  const { viewport } = createViewport();
  const ns = 30 * MS;
  const shareBefore = (ns - viewport.fromNs) / viewport.widthNs;
  viewport.zoomAt({ ns, factor: 4 });
  expect(viewport.widthNs).toBe(25 * MS);
  expect((ns - viewport.fromNs) / viewport.widthNs).toBeCloseTo(shareBefore, 12);
});

test("zooming out never shows anything outside the bounds", () => {
  const { viewport } = createViewport();
  viewport.fit({ fromNs: 90 * MS, toNs: 100 * MS });
  viewport.zoomAt({ ns: 99 * MS, factor: 0.5 });
  expect(viewport.range).toEqual({ fromNs: 80 * MS, toNs: 100 * MS });
  viewport.zoomAt({ ns: 99 * MS, factor: 0.001 });
  expect(viewport.range).toEqual({ fromNs: 0, toNs: 100 * MS });
});

test("panning stops at the bounds and keeps the width", () => {
  const { viewport } = createViewport();
  viewport.fit({ fromNs: 10 * MS, toNs: 20 * MS });
  viewport.panBy({ ns: -50 * MS });
  expect(viewport.range).toEqual({ fromNs: 0, toNs: 10 * MS });
  viewport.panBy({ ns: 500 * MS });
  expect(viewport.range).toEqual({ fromNs: 90 * MS, toNs: 100 * MS });
});

test("a zoom ends at twenty nanoseconds, where there is nothing more to see", () => {
  const { viewport } = createViewport();
  viewport.zoomAt({ ns: 50 * MS, factor: 1e12 });
  expect(viewport.widthNs).toBe(20);
});

test("turns of the wheel in quick succession are one step of the history", () => {
  const { viewport, wait } = createViewport();
  for (let i = 0; i < 5; i++) {
    viewport.zoomAt({ ns: 50 * MS, factor: 1.5 });
    wait(100);
  }
  viewport.back();
  expect(viewport.range).toEqual(viewport.bounds);
  expect(viewport.canGoBack).toBe(false);
});

test("a pause starts a new step of the history", () => {
  const { viewport, wait } = createViewport();
  viewport.zoomAt({ ns: 50 * MS, factor: 2 });
  const first = viewport.range;
  wait(2_000);
  viewport.zoomAt({ ns: 50 * MS, factor: 2 });
  viewport.back();
  expect(viewport.range).toEqual(first);
  viewport.back();
  expect(viewport.range).toEqual(viewport.bounds);
});

test("forward undoes back, until something else is shown", () => {
  const { viewport } = createViewport();
  viewport.fit({ fromNs: 0, toNs: 10 * MS });
  viewport.fit({ fromNs: 5 * MS, toNs: 10 * MS });
  viewport.back();
  expect(viewport.range).toEqual({ fromNs: 0, toNs: 10 * MS });
  viewport.forward();
  expect(viewport.range).toEqual({ fromNs: 5 * MS, toNs: 10 * MS });
  viewport.back();
  viewport.fitAll();
  expect(viewport.canGoForward).toBe(false);
});

test("showing what is already shown is no step of the history", () => {
  const { viewport } = createViewport();
  viewport.fitAll();
  viewport.fit({ fromNs: -5 * MS, toNs: 400 * MS });
  expect(viewport.canGoBack).toBe(false);
});

test("other bounds keep the range as far as it fits", () => {
  const { viewport } = createViewport();
  viewport.fit({ fromNs: 40 * MS, toNs: 60 * MS });
  viewport.setBounds({ fromNs: 50 * MS, toNs: 200 * MS });
  expect(viewport.range).toEqual({ fromNs: 50 * MS, toNs: 70 * MS });
});

test("a run without extent has a picture all the same", () => {
  const viewport = new Viewport({ bounds: { fromNs: 5, toNs: 5 }, nowMs: () => 0 });
  expect(viewport.widthNs).toBe(20);
  expect(viewport.fromNs).toBeLessThan(5);
});
