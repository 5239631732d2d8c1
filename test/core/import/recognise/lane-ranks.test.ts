/** Where ranks and replicas come from, in their order of precedence. */
import { describe, expect, test } from "vitest";

import type { RawLane } from "../../../../main/core/import/recognise/contract.ts";
import { placeFromDisplayNames, placeFromFileName } from "../../../../main/common/rank-names.ts";
import { readTrace } from "./read-trace.ts";
import type { TraceSpan } from "./read-trace.ts";

const lane = (more: Partial<RawLane>): RawLane => ({ process: "1", thread: "1", file: "unknown", ...more });
const place = ({ rank, replica }: { rank?: number; replica?: number }) => `${replica ?? "-"}/${rank ?? "-"}`;

/** `replica/rank` of each lane, for spans with own arguments. */
function ranksOf(lanes: readonly RawLane[], spans: readonly TraceSpan[]): readonly string[] {
  return readTrace(spans, { lanes }).pipeline.lanes.map(place);
}

const work = (lane: number, stage: number, more: Readonly<Record<string, unknown>> = {}): TraceSpan => ({
  name: "x",
  lane,
  args: { stage, batch: 0, phase: "compute", ...more },
});

describe("names state ranks", () => {
  test.each([
    ["PP rank 3, TP rank 0, compute", { rank: 3 }],
    ["TP rank 1, PP rank 2", { rank: 2 }],
    ["DP rank [1]", { replica: 1 }],
    ["rank 12", { rank: 12 }],
    ["Rank_4", { rank: 4 }],
    ["TP rank 1", {}],
    ["replica 2 rank 0", { rank: 0, replica: 2 }],
    ["python", {}],
    ["frank 3", {}],
  ])("of a thread or process: %s", (name, expected) => {
    expect(placeFromDisplayNames([name])).toEqual(expected);
  });

  test.each([
    ["rank-7.json", { rank: 7 }],
    ["rank0.json.gz", { rank: 0 }],
    ["trace_rank_3.json", { rank: 3 }],
    ["worker5.1680000000.pt.trace.json", { rank: 5 }],
    ["TP-0-DP-1-PP-2-EP-0.json", { rank: 2, replica: 1 }],
    ["benchmark-data-1-pipeline-2-tensor-0.json", { rank: 2, replica: 1 }],
    ["trace.json", {}],
    ["crank7.json", {}],
  ])("of a file: %s", (name, expected) => {
    expect(placeFromFileName(name)).toEqual(expected);
  });
});

describe("the rank of a lane comes from", () => {
  test("the arguments of its spans, before everything else", () => {
    const lanes = [lane({ threadName: "PP rank 5", fileRank: 6 }), lane({ process: "2", threadName: "PP rank 6" })];
    expect(ranksOf(lanes, [work(0, 0, { rank: 3, replica: 1 }), work(1, 1, { rank: 2, replica: 1 })])).toEqual([
      "1/3",
      "1/2",
    ]);
  });

  test("the names of thread and process, before the file", () => {
    const lanes = [0, 1].map((rank) =>
      lane({ process: "7", thread: `${rank}`, threadName: `PP rank ${rank}`, fileRank: 9, processName: "DP rank [1]" }),
    );
    expect(ranksOf(lanes, [work(0, 0), work(1, 1)])).toEqual(["1/0", "1/1"]);
  });

  test("the file's metadata, before the file's name", () => {
    const lanes = [3, 1].map((fileRank, index) => lane({ file: `rank-${index}.json`, fileRank }));
    expect(ranksOf(lanes, [work(0, 3), work(1, 1)])).toEqual(["0/3", "0/1"]);
  });

  test("the file's name", () => {
    const lanes = [2, 0].map((rank) => lane({ file: `rank-${rank}.json` }));
    expect(ranksOf(lanes, [work(0, 2), work(1, 0)])).toEqual(["0/2", "0/0"]);
  });

  test("the process, in the order of process numbers, when several do pipeline work in one file", () => {
    const lanes = ["10", "9", "8"].map((process) => lane({ process, file: "rank-7.json", fileRank: 7 }));
    expect(ranksOf(lanes, [work(0, -1), work(1, -1), work(2, -1)])).toEqual(["-/-", "-/-", "-/-"]);
    const general = (index: number): TraceSpan => ({ name: "Forward 0", lane: index });
    expect(ranksOf(lanes, [general(0), general(1), general(2)])).toEqual(["0/2", "0/1", "0/0"]);
  });

  test("the thread when one process does all the work, in the order of the stages", () => {
    const lanes = ["a", "b", "c"].map((thread) => lane({ thread }));
    expect(ranksOf(lanes, [work(0, 2), work(1, 0), work(2, 1)])).toEqual(["0/2", "0/0", "0/1"]);
  });
});

describe("threads of one process", () => {
  test("that only transfer belong to the thread which computes their stage", () => {
    const lanes = ["1", "2", "3", "4"].map((thread) => lane({ thread }));
    const spans = [work(0, 0), work(1, 1), work(2, 0, { phase: "in" }), work(3, 1, { phase: "out" })];
    expect(ranksOf(lanes, spans)).toEqual(["0/0", "0/1", "0/0", "0/1"]);
  });

  test("that transfer for several workers belong to none of them", () => {
    const lanes = ["1", "2", "3"].map((thread) => lane({ thread }));
    const spans = [work(0, 0), work(1, 1), work(2, 0, { phase: "in" }), work(2, 1, { phase: "in" })];
    expect(ranksOf(lanes, spans)).toEqual(["0/0", "0/1", "0/-"]);
  });

  test("that run forward and backward of the same stages are one rank", () => {
    const lanes = ["main", "autograd"].map((thread) => lane({ thread }));
    expect(ranksOf(lanes, [work(0, 0), work(1, 0, { pass: "backward" })])).toEqual(["0/0", "0/0"]);
  });

  test("that share out the batches of a stage are workers of their own", () => {
    const lanes = ["1", "2", "3"].map((thread) => lane({ thread }));
    expect(ranksOf(lanes, [work(0, 0), work(1, 0, { batch: 1 }), work(2, 0, { batch: 2 })])).toEqual([
      "0/0",
      "0/1",
      "0/2",
    ]);
  });

  test("that do no pipeline work follow the rank of their process", () => {
    const lanes = [
      lane({ process: "1" }),
      lane({ process: "1", thread: "2" }),
      lane({ process: "2" }),
      lane({ process: "3" }),
    ];
    expect(ranksOf(lanes, [work(0, 0), work(2, 1), { name: "gc", lane: 1 }, { name: "gc", lane: 3 }])).toEqual([
      "0/0",
      "0/0",
      "0/1",
      "-/-",
    ]);
  });
});

describe("replicas", () => {
  const files = [0, 1, 2, 3].map((fileRank) => lane({ file: `${fileRank}`, fileRank }));

  test("are told apart where ranks of the job run the same stages from the same batch on", () => {
    expect(ranksOf(files, [work(0, 0), work(1, 1), work(2, 0), work(3, 1)])).toEqual(["0/0", "0/1", "1/0", "1/1"]);
  });

  test("are not seen in a bidirectional pipeline, where such ranks run other batches", () => {
    const spans = [work(0, 0), work(1, 1), work(2, 0, { batch: 4 }), work(3, 1, { batch: 4 })];
    expect(ranksOf(files, spans)).toEqual(["0/0", "0/1", "0/2", "0/3"]);
  });

  test("are not seen where only some stages occur twice", () => {
    expect(ranksOf(files, [work(0, 0), work(1, 1), work(2, 0), work(3, 2)])).toEqual(["0/0", "0/1", "0/2", "0/3"]);
  });
});

test("no lane has a rank when nothing is recognised", () => {
  const lanes = [lane({ threadName: "PP rank 1", fileRank: 3 })];
  expect(ranksOf(lanes, [{ name: "gemm" }])).toEqual(["-/-"]);
});

test("a thread that claims several ranks is noted", () => {
  const trace = readTrace([work(0, 0, { rank: 0 }), work(0, 1, { rank: 1 })]);
  expect(trace.pipeline.notes).toEqual([
    "showed 1 threads as the first of several ranks that their spans name (thread 0 of process 0: 0, not 1)",
  ]);
});
