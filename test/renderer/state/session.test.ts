/** The session: which run is open, and what happens when the connection is lost. */
import { expect, test, vi } from "vitest";

import type { RunDetail } from "#common/api.ts";
import { runId } from "#common/ids.ts";
import { pageLevel } from "../../../renderer/data/raw-page.ts";
import { Notices } from "../../../renderer/state/notices.svelte.ts";
import type { AddressBar } from "../../../renderer/state/session.svelte.ts";
import { Session } from "../../../renderer/state/session.svelte.ts";
import { createFakeHost, STEP_NS } from "../../support/fake-host.ts";

function createSession(hash = "") {
  vi.useFakeTimers();
  const host = createFakeHost({ stages: 8, batches: 6 });
  const notices = new Notices();
  const steps = [hash];
  const address: AddressBar = {
    read: () => steps.at(-1) ?? "",
    push: (next) => void steps.push(next),
    replace: (next) => void steps.splice(-1, 1, next),
  };
  return { host, notices, steps, session: new Session({ host, notices, address }) };
}

test("opening a run shows the compute window of its default scope", async () => {
  const { session } = createSession();
  await session.open(runId("wave"));
  expect(session.run?.scope).toEqual({ iteration: 1, replica: 0 });
  const window = session.run?.scopeWindow;
  expect(window).toEqual({ fromNs: 0, toNs: 13 * STEP_NS });
  expect(session.run?.viewport.fromNs).toBeLessThanOrEqual(0);
  expect(session.run?.viewport.toNs).toBeGreaterThanOrEqual(13 * STEP_NS);
  expect(session.run?.viewport.toNs).toBeLessThan(14 * STEP_NS);
});

test("a reload finds scope, axis, viewport and selection as they were", async () => {
  const before = createSession();
  await before.session.open(runId("wave"));
  const { run } = before.session;
  await run?.showScope({ iteration: 0 });
  if (run !== undefined) {
    run.viewport.axis = "stage";
    run.viewport.mode = "steps";
    run.viewport.fit({ fromNs: 14 * STEP_NS, toNs: 15 * STEP_NS });
    run.selection.select({ kind: "stage", stage: 3 });
  }
  before.session.writeAddress();

  const after = createSession(before.steps.at(-1));
  await after.session.followAddress();
  expect(after.session.link).toEqual(before.session.link);
  expect(after.session.run?.selection.current).toEqual({ kind: "stage", stage: 3 });
});

test("opening a run is a step of the browser's history, moving in it is not", async () => {
  const { session, steps } = createSession();
  await session.open(runId("wave"));
  session.run?.viewport.fit({ fromNs: 0, toNs: STEP_NS });
  session.writeAddress();
  session.writeAddress();
  expect(steps).toHaveLength(2);
  session.showLibrary();
  expect(steps).toHaveLength(3);
  expect(session.run).toBeUndefined();
});

test("an address that names no run of the library leads to the library and says why", async () => {
  const { session, notices, steps } = createSession("#run=gone");
  await session.followAddress();
  expect(session.run).toBeUndefined();
  expect(notices.list).toMatchObject([{ text: "The library has no such run." }]);
  expect(steps).toEqual([""]);
});

test("the run that was asked for last is shown, whichever answers first", async () => {
  const { session, host } = createSession();
  const slow = Promise.withResolvers<undefined>();
  const { readRun } = host.answers;
  let first = true;
  host.answers.readRun = async (args) => {
    const detail = readRun(args);
    if (first) {
      first = false;
      await slow.promise;
    }
    return detail;
  };
  const opening = session.open(runId("wave"));
  session.showLibrary();
  slow.resolve(undefined);
  await opening;
  expect(session.run).toBeUndefined();
});

test("another scope moves the wavefront to its window, and back returns", async () => {
  const { session } = createSession();
  await session.open(runId("wave"));
  const run = session.run;
  const before = run?.viewport.range;
  await run?.showScope({ iteration: 0 });
  expect(run?.scope?.iteration).toBe(0);
  expect(run?.viewport.fromNs).toBeGreaterThan(12 * STEP_NS);
  run?.viewport.back();
  expect(run?.viewport.range).toEqual(before);
});

/** A session on a page where a wavefront will be 900 pixels wide, with the run's default window known before its report. */
async function openWide() {
  vi.useRealTimers();
  const host = createFakeHost({ stages: 8, batches: 6 });
  const { readRun } = host.answers;
  host.answers.readRun = (args) => {
    const detail = readRun(args) as RunDetail;
    return { ...detail, defaultWindow: detail.windows.at(1) };
  };
  const address: AddressBar = { read: () => "", push: () => undefined, replace: () => undefined };
  const session = new Session({ host, notices: new Notices(), address, plotPx: () => 900 });
  await session.open(runId("wave"));
  const { run } = session;
  if (run === undefined) throw new Error("the run is not open");
  return { host, session, run, readings: () => host.calls.filter(({ method }) => method === "readSpans").length };
}

test("the cells of the first view are asked for before the report and before there is a view, and read once", async () => {
  const { host, run, readings } = await openWide();
  const order = host.calls.map(({ method }) => method);
  expect(order.indexOf("readSpans")).toBeGreaterThan(order.indexOf("readRun"));
  expect(order.indexOf("readSpans")).toBeLessThan(order.indexOf("readReport"));
  const begun = run.takeBegun();
  if (begun === undefined) throw new Error("nothing was asked for");
  await vi.waitFor(() => expect(begun.planner.settled).toBe(true));

  const before = readings();
  const { axis, fromNs, toNs } = run.viewport;
  // Another width, as the page is laid out in the end.
  const plan = begun.planner.plan({ axis, fromNs, toNs, fromRow: 0, toRow: 4, widthPx: 870 });
  expect(plan.complete).toBe(true);
  const level = pageLevel({ baseNs: run.detail.levels.baseNs, widthNs: toNs - fromNs });
  for (const { page, rowBlock } of plan.pages) {
    const key = { axis, level, rowBlock, column: page.fromNs / (page.toNs - page.fromNs) };
    expect(await begun.source.readPage(key, new AbortController().signal)).toBe(page);
  }
  expect(plan.pages.length).toBeGreaterThan(0);
  expect(readings()).toBe(before);
  expect(run.takeBegun()).toBeUndefined();
  begun.planner.close();
});

test("of a run that is left before it is on screen nothing more is read", async () => {
  const { session, run } = await openWide();
  session.showLibrary();
  expect(run.takeBegun()).toBeUndefined();
});
