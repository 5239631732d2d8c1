/** Recording: nothing is lost between blocks, and what belongs to the warm-up is left out. */
import { describe, expect, test } from "vitest";

import { RECORD_KINDS, RECORDING_TURN_NS, type RecordedSpans } from "#common/runner-api.ts";

import { takeRecordedPart } from "../../native-runner/pipeline/recorded-part.ts";
import { createRecorder, measureRecordingNs, recordByTurns } from "../../native-runner/pipeline/recorder.ts";
import { createRecording } from "../../native-runner/pipeline/recording.ts";
import { compareTurns } from "../bench/measure-recording.ts";

const MS = 1_000_000;
const record = (recorder: ReturnType<typeof createRecorder>, batch: number, end: number): void => {
  recorder.record({ kind: "compute", stage: 3, batch, start: end - 1, end, bytes: 0 });
};
const batchesOf = (blocks: readonly RecordedSpans[]): number[] => blocks.flatMap(({ batch }) => [...batch]);

describe("a recorder", () => {
  test("hands over every span once and in order, however many there are", () => {
    const blocks: RecordedSpans[] = [];
    const recorder = createRecorder({ worker: 2, send: (spans) => blocks.push(spans) });
    for (let batch = 0; batch < 5_000; batch++) record(recorder, batch, batch);
    recorder.flush();
    recorder.flush();
    expect(batchesOf(blocks)).toEqual(Array.from({ length: 5_000 }, (_, batch) => batch));
    expect(recorder.count()).toBe(5_000);
    expect(blocks.every(({ worker, length, batch }) => worker === 2 && length === batch.length && length > 0)).toBe(
      true,
    );
  });

  test("sends what it has a tenth of a second after the first span of a block", () => {
    const blocks: RecordedSpans[] = [];
    const recorder = createRecorder({ worker: 0, send: (spans) => blocks.push(spans) });
    record(recorder, 0, 0);
    record(recorder, 1, 100 * MS);
    expect(blocks).toEqual([]);
    record(recorder, 2, 101 * MS);
    expect(batchesOf(blocks)).toEqual([0, 1, 2]);
  });

  test("sends what it has before its worker waits, unless it has just done so", () => {
    const blocks: RecordedSpans[] = [];
    const recorder = createRecorder({ worker: 0, send: (spans) => blocks.push(spans) });
    record(recorder, 0, 1);
    recorder.rest(2);
    expect(batchesOf(blocks)).toEqual([0]);
    record(recorder, 1, 3);
    recorder.rest(4);
    expect(batchesOf(blocks)).toEqual([0]);
    recorder.rest(20 * MS);
    expect(batchesOf(blocks)).toEqual([0, 1]);
  });
});

test("by turns, spans that end in every second turn of the machine's clock are recorded", () => {
  const blocks: RecordedSpans[] = [];
  const turn = BigInt(RECORDING_TURN_NS);
  const recorder = recordByTurns(createRecorder({ worker: 0, send: (spans) => blocks.push(spans) }), {
    // The run begins in the middle of a turn that is left out.
    originNs: 41n * turn + turn / 2n,
  });
  [0.25, 0.75, 1.25, 1.75, 2.75].forEach((turns, batch) => record(recorder, batch, turns * RECORDING_TURN_NS));
  recorder.flush();
  expect(batchesOf(blocks)).toEqual([1, 2, 4]);
});

test("turns with recording are compared with their neighbours without", () => {
  // 10 batches in a turn without recording, 8 in one with: a batch takes 1.25 times as long.
  const arrivals = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((turn) => {
    const count = turn % 2 === 0 ? 8 : 10;
    return Array.from({ length: count }, (_, k) => (turn + (k + 1) / count) * RECORDING_TURN_NS);
  });
  const ratios = compareTurns(arrivals);
  expect(ratios.length).toBe(3);
  for (const ratio of ratios) expect(ratio).toBeCloseTo(1.25, 9);
});

test("what recording a span costs is a time", () => {
  expect(measureRecordingNs()).toBeGreaterThan(0);
});

const block: RecordedSpans = {
  worker: 1,
  length: 4,
  kind: Uint8Array.from(["compute", "out", "starved", "in"].map((kind) => RECORD_KINDS.indexOf(kind as "in"))),
  stage: Int32Array.of(4, 4, 3, 3),
  batch: Int32Array.of(1, 1, 2, 2),
  start: Float64Array.of(100, 140, 160, 1_100),
  end: Float64Array.of(140, 160, 1_100, 1_200),
  bytes: Float64Array.of(0, 64, 0, 64),
};

test("spans of the warm-up are left out, and waiting that began in it is cut at the start of the run", () => {
  const part = takeRecordedPart({ spans: block, startNs: 1_000, firstBatch: 2 });
  expect(part).toEqual({
    worker: 1,
    length: 2,
    kind: Uint8Array.from(["starved", "in"].map((kind) => RECORD_KINDS.indexOf(kind as "in"))),
    stage: Int32Array.of(3, 3),
    batch: Int32Array.of(0, 0),
    start: Float64Array.of(0, 100),
    end: Float64Array.of(100, 200),
    bytes: Float64Array.of(0, 64),
  });
});

test("nothing is forwarded before the recorded part begins, and no block without a span", () => {
  const forwarded: RecordedSpans[] = [];
  const recording = createRecording({ firstBatch: 2, forward: (spans) => forwarded.push(spans) });
  recording.hear(block);
  recording.begin(1_000);
  recording.hear({ ...block, batch: Int32Array.of(0, 0, 1, 1) });
  expect(forwarded).toEqual([]);
  recording.hear(block);
  expect(forwarded).toHaveLength(1);
});
