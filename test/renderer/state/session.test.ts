/** The session: which run is open, and what happens when the connection is lost. */
import { expect, test, vi } from "vitest";

import { runId } from "#common/ids.ts";
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
