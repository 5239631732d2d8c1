/** Content longer than a JavaScript string can be (about 512 MB) streams through in bounded memory. */
import { constants } from "node:buffer";
import path from "node:path";

import { expect, test } from "vitest";

import { openRun } from "../../../db/index.ts";
import { importSource } from "../../../main/core/import/import-trace.ts";
import type { Source } from "../../../main/core/import/source.ts";
import { measureHeldMemory } from "../../support/held-memory.ts";
import { makeTemporaryFolder } from "../../support/sample-trace.ts";

/** Text arguments of 64 KB make the content long with few events. */
const FILLER = "x".repeat(65_536);
/** Between two looks at what is held. */
const EVENTS_PER_LOOK = 1_000;
const EVENTS = Math.ceil((constants.MAX_STRING_LENGTH * 1.05) / FILLER.length);

/** A trace that exists only while it is read. */
function createLargeSource(): Source & { sent: number; held: number[] } {
  const head = Buffer.from('{"traceEvents":[');
  const tail = Buffer.from('{"ph":"i","name":"end","ts":1,"pid":1,"tid":1}]}');
  let pending: Buffer = head;
  let event = 0;
  return {
    name: "unknown",
    sizeBytes: EVENTS * FILLER.length,
    compression: "none",
    sent: 0,
    held: [],
    get consumedBytes() {
      return this.sent;
    },
    read(into) {
      if (pending.length === 0) {
        if (event > EVENTS) return 0;
        // The filler stands outside of any value that is kept: it must be passed over, not stored.
        const text = `{"ph":"X","name":"a","ts":${event},"dur":1,"pid":1,"tid":1}${" ".repeat(FILLER.length)},`;
        pending = event === EVENTS ? tail : Buffer.from(text);
        if (++event % EVENTS_PER_LOOK === 0) this.held.push(measureHeldMemory());
      }
      const length = pending.copy(into);
      pending = pending.subarray(length);
      this.sent += length;
      return length;
    },
    describe: () => ({ name: "unknown", sizeBytes: 1, sha256: "" }),
    close: () => undefined,
  };
}

test("a trace longer than the longest string is imported whole", { timeout: 120_000 }, async () => {
  const source = createLargeSource();
  const out = path.join(makeTemporaryFolder(), "out.pipewave");
  const report = await importSource(source, { path: "unknown", out }, 0);
  expect(source.sent).toBeGreaterThan(constants.MAX_STRING_LENGTH);
  expect(report.events).toMatchObject({ read: EVENTS + 1, spans: EVENTS, instants: 1 });
  const { held } = source;
  expect(held.length).toBeGreaterThan(5);
  expect(Math.max(...held) - held[0], "what is held does not grow with what was read").toBeLessThan(50e6);
  const reader = openRun(out);
  expect(reader.spanCount).toBe(EVENTS);
  reader.close();
});
