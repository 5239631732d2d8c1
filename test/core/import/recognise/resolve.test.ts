/** Stages, batches and iterations of small drawn pipelines: what is said stays, what is missing is counted. */
import { describe, expect, test } from "vitest";

import type { RawLane } from "../../../../main/core/import/recognise/contract.ts";
import { drawSpans, tellByLane } from "./draw-spans.ts";
import { readTrace } from "./read-trace.ts";
import type { NumberedSpan, ReadTrace, TraceSpan } from "./read-trace.ts";

const PASS_LETTERS = { none: "-", forward: "F", backward: "B", "input-grad": "I", "weight-grad": "W" };

/** `F0` is forward of batch 0, `>F0` its input, `F0>` its output; stage and iteration follow where asked for. */
const tellBatch = ({ pass, batch, phase }: NumberedSpan): string =>
  `${phase === "in" ? ">" : ""}${PASS_LETTERS[pass]}${batch ?? "-"}${phase === "out" ? ">" : ""}`;
const tellStage = (span: NumberedSpan): string => `${span.stage ?? "-"}:${tellBatch(span)}`;
const tellIteration = (span: NumberedSpan): string => `${tellBatch(span)}@${span.iteration ?? "-"}`;

const passOf = (letter: string) =>
  ({ F: "forward", B: "backward", I: "input-grad", W: "weight-grad" })[letter] ?? letter;

/** Token `F3`: own arguments, the line is the stage. */
const own = (token: string, lane: number): Pick<TraceSpan, "name" | "args"> => ({
  name: token,
  args: { stage: lane, batch: Number(/\d+/u.exec(token)?.[0]), pass: passOf(token[0]), phase: "compute" },
});

const read = (...[drawing, toSpan, toLane]: Parameters<typeof drawSpans>): ReadTrace => {
  const { spans, lanes } = drawSpans(drawing, toSpan, toLane);
  return readTrace(spans, { lanes });
};

describe("stages", () => {
  test("are those the trace says, with operation, rank and a chain of edges", () => {
    const { stages, pipeline } = read(
      `
      0 |c0 c1   |
      1 |   p0 p1|`,
      (token, lane) => ({
        name: token,
        args: { stage: lane + 3, batch: 0, phase: "compute", op: lane === 0 ? "conv" : "unknown" },
      }),
    );
    expect(stages).toEqual([
      { id: 0, name: "conv 3", op: "conv", ordinal: 0, rank: 0 },
      { id: 1, name: "stage 4", op: "other", ordinal: 1, rank: 1 },
    ]);
    expect(pipeline.edges).toEqual([{ from: 0, to: 1 }]);
  });

  test("of a rank with several chunks are chunk times ranks plus rank", () => {
    const { spans, stages } = read(
      `
      rank 0 |F00 F01        |
      rank 1 |    F00 F01 B01|`,
      ([pass, batch, chunk]) => ({ name: `${pass}${batch}.${chunk}.0` }),
    );
    expect(tellByLane(spans, tellStage)).toEqual(["0:F0 2:F0", "1:F0 3:F0 3:B0"]);
    expect(stages.map(({ name, rank }) => `${name} on ${rank ?? "none"}`)).toEqual([
      "stage 0 on 0",
      "stage 1 on 1",
      "stage 2 on 0",
      "stage 3 on 1",
    ]);
  });

  test("are the ranks where neither stage nor chunk is said", () => {
    const { spans } = read(
      `
      rank 0 |F0 F1   |
      rank 1 |   F0 F1|`,
      (token) => ({ name: `Forward ${token[1]}` }),
    );
    expect(tellByLane(spans, tellStage)).toEqual(["0:F0 0:F1", "1:F0 1:F1"]);
  });

  test("keep their numbers in names when only some of them were traced", () => {
    const { stages } = read(`0 |x|`, (name) => ({ name, args: { stage: 27, batch: 0, phase: "compute", op: "fc" } }));
    expect(stages).toMatchObject([{ id: 0, ordinal: 0, name: "fc 27" }]);
  });

  test("beyond what a run can hold are left out and noted", () => {
    const { spans, pipelineSpans, pipeline } = read(`0 |a b|`, (name) => ({
      name,
      args: { stage: name === "a" ? 1 : 70_000, batch: 0, phase: "compute" },
    }));
    expect(pipelineSpans).toBe(1);
    expect(tellByLane(spans, tellStage)).toEqual(["0:F0 -:--"]);
    expect(pipeline.notes).toEqual(["left 1 spans without a stage: their stage number is 65535 or more"]);
  });

  test("do not exist when nothing is recognised", () => {
    const { stages, pipelineSpans, spans } = read(`0 |gemm copy|`, (name) => ({ name }));
    expect(stages).toEqual([]);
    expect(pipelineSpans).toBe(0);
    expect(spans).toEqual([
      { name: "gemm", lane: 0, start: 0, pass: "none", phase: "none" },
      { name: "copy", lane: 0, start: 5, pass: "none", phase: "none" },
    ]);
  });
});

describe("text B", () => {
  const passes = (...names: string[]) => readTrace(names.map((name) => ({ name }))).spans.map(({ pass }) => pass);

  test("is the full backward in new text", () => {
    expect(passes("PP:0F0", "PP:0B0", "PP:0I1", "PP:0W1", "PP:0SEND_B0")).toEqual([
      "forward",
      "backward",
      "input-grad",
      "weight-grad",
      "backward",
    ]);
  });

  test("is the full backward where nothing says otherwise", () => {
    expect(passes("PP:0F0", "PP:0B0")).toEqual(["forward", "backward"]);
  });

  test("is the input gradient where any BW occurs, also later in the trace", () => {
    expect(passes("PP:0B0", "PP:(0F1;1B0)OVERLAP_F_B", "PP:0BW1")).toEqual([
      "input-grad",
      "forward",
      "input-grad",
      "backward",
    ]);
  });

  test("is the input gradient where W occurs and no I does", () => {
    expect(passes("F0.0.0", "B0.0.0", "W0.0.0")).toEqual(["forward", "input-grad", "weight-grad"]);
  });

  test("of other tools decides nothing", () => {
    expect(passes("PP:0B0", "attn(W)", "attn(B)")).toEqual(["backward", "weight-grad", "backward"]);
  });
});

test("a fused event becomes both of its actions", () => {
  const { spans, pipelineSpans } = readTrace([
    { name: "PP:(0F7;3B2)OVERLAP_F_B" },
    { name: "PP:1F0" },
    { name: "PP:2F0" },
  ]);
  expect(spans.slice(0, 2).map(tellStage)).toEqual(["0:F7", "3:B2"]);
  expect(pipelineSpans).toBe(4);
});

describe("iterations", () => {
  test("that are said are kept", () => {
    const { spans } = readTrace([
      { name: "Forward 0", args: {} },
      { name: "forward-compute", args: { step: 519, mb_id: 1 } },
    ]);
    expect(spans.map(tellIteration)).toEqual(["F0@0", "F1@519"]);
  });

  test("are counted by how often the same work came before", () => {
    const { spans } = read(
      `
      0 |F0 F1    B0 B1 F0 F1    B0 B1|
      1 |   F0 B0 F1 B1    F0 B0 F1 B1|`,
      own,
    );
    expect(tellByLane(spans, tellIteration)).toEqual([
      "F0@0 F1@0 B0@0 B1@0 F0@1 F1@1 B0@1 B1@1",
      "F0@0 B0@0 F1@0 B1@0 F0@1 B0@1 F1@1 B1@1",
    ]);
  });

  test("do not advance on the second part of the same work", () => {
    const { spans } = read(`0 |F0a F0b F1a F1b F0a F0b F1a F1b|`, own);
    expect(tellByLane(spans, tellIteration)).toEqual(["F0@0 F0@0 F1@0 F1@0 F0@1 F0@1 F1@1 F1@1"]);
  });

  test("advance with every batch when there is one batch only", () => {
    const { spans } = read(`0 |F0 B0 F0 B0|`, own);
    expect(tellByLane(spans, tellIteration)).toEqual(["F0@0 B0@0 F0@1 B0@1"]);
  });

  test("do not advance when a forward runs again for its backward", () => {
    const { spans } = readTrace(
      ["F0.0.0", "F1.0.0", "R0.0.0", "B0.0.0", "R1.0.0", "B1.0.0", "F0.0.0"].map((name) => ({ name })),
    );
    expect(spans.map(tellIteration)).toEqual(["F0@0", "F1@0", "F0@0", "B0@0", "F1@0", "B1@0", "F0@1"]);
  });

  test("do not advance for batches that run on and on", () => {
    const many = Array.from({ length: 3_000 }, (_, batch) => ({ name: `Forward ${batch}` }));
    expect(new Set(readTrace(many).spans.map(({ iteration }) => iteration))).toEqual(new Set([0]));
  });

  test("are counted for batch ids of any size", () => {
    const ids = [0, 2_000_000_000, 5, 900, 40_000, 0, 2_000_000_000, 900, 40_000];
    const { spans } = readTrace(ids.map((batch) => ({ name: `Forward ${batch}` })));
    expect(spans.map(({ iteration }) => iteration)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test("are counted on when ids that were rare become many", () => {
    const once = Array.from({ length: 2_000 }, (_, index) => 1_999 - index);
    const { spans } = readTrace([...once, ...once].map((batch) => ({ name: `Forward ${batch}` })));
    const iterations = spans.map(({ iteration }) => iteration);
    expect(new Set(iterations.slice(0, 2_000))).toEqual(new Set([0]));
    expect(new Set(iterations.slice(2_000))).toEqual(new Set([1]));
  });

  test("come from the profiler step around the span, on any thread of the process", () => {
    const lanes: readonly RawLane[] = ["main", "autograd"].map((thread) => ({
      process: "7",
      thread,
      file: "rank0.json",
    }));
    const { spans } = readTrace(
      [
        { name: "ProfilerStep#41", start: 0, end: 10 },
        { name: "PP:0F0", start: 1, end: 2 },
        { name: "PP:0B0", lane: 1, start: 5, end: 6 },
        { name: "ProfilerStep#42", start: 10, end: 20 },
        { name: "PP:0F0", start: 11, end: 12 },
        { name: "PP:0F1", start: 25, end: 26 },
      ],
      { lanes },
    );
    expect(spans.filter(({ stage }) => stage !== undefined).map(tellIteration)).toEqual([
      "F0@41",
      "B0@41",
      "F0@42",
      "F1@0",
    ]);
  });

  test("end with the optimizer step where nothing else tells them", () => {
    const names = ["forward", "backward", "forward", "backward", "step", "forward", "backward"];
    const { spans } = readTrace(names.map((name) => ({ name: `DeepSpeedEngine.${name}` })));
    expect(spans.map(tellIteration)).toEqual(["F0@0", "B0@0", "F1@0", "B1@0", "--@0", "F0@1", "B0@1"]);
  });
});

describe("a missing batch", () => {
  test("is the sequence number where there is one", () => {
    const { spans } = readTrace(
      [3, 1, 2].map((seq_id) => ({ name: "forward-compute", args: { step: 0, mb_id: null, seq_id } })),
    );
    expect(spans.map(tellBatch)).toEqual(["F3", "F1", "F2"]);
  });

  test("is counted within rank, iteration, pass and phase", () => {
    const { spans } = read(
      `
      0 |F F   B F B B|
      1 |  F B   F B  |`,
      (token) => ({ name: `DeepSpeedEngine.${passOf(token)}` }),
    );
    expect(tellByLane(spans, tellBatch)).toEqual(["F0 F1 B0 F2 B1 B2", "F0 B0 F1 B1"]);
  });

  test("is counted by name for the parts of DualPipe", () => {
    const { spans } = readTrace(["attn(F)", "mlp(F)", "attn(F)", "mlp(B)", "mlp(F)"].map((name) => ({ name })));
    expect(spans.map(tellBatch)).toEqual(["F0", "F0", "F1", "B0", "F1"]);
  });

  test("is counted across single and combined transfers", () => {
    const p2p = (name: string) => ({ name: `megatron.core.pipeline_parallel.p2p_communication.${name}` });
    const { spans } = readTrace(
      ["recv_forward", "send_forward", "send_forward_recv_backward", "recv_forward"].map(p2p),
    );
    expect(spans.map(tellBatch)).toEqual([">F0", "F0>", "F1>", ">B0", ">F1"]);
  });
});

describe("transfers without a batch take it from the computation they serve", () => {
  // Timers of one step. `r` receives, `F`/`B` compute (batch, then chunk), `s` sends.
  const timers = (token: string): Pick<TraceSpan, "name" | "args"> => {
    const [kind, pass, batch, chunk] = token;
    const said =
      batch === undefined ? { mb_id: -1, model_chunk: -1 } : { mb_id: Number(batch), model_chunk: Number(chunk) };
    const action = { r: "recv", s: "send", c: "compute" }[kind] ?? kind;
    return { name: `${passOf(pass)}-${action}`, args: { step: 4, ...said } };
  };

  test("the k-th receive and send belong to the k-th computation, in whatever order batches run", () => {
    const { spans } = read(
      `
      rank 0 |cF10 sF   cF00 sF             |
      rank 1 |     rF   cF10 rF   cF00 cB10 |`,
      timers,
    );
    expect(tellByLane(spans, tellBatch)).toEqual(["F1 F1> F0 F0>", ">F1 F1 >F0 F0 B1"]);
  });

  test("the ends of the pipeline, which receive or send nothing, are passed over", () => {
    // Two ranks, two chunks: rank 0 has stages 0 and 2, rank 1 has stages 1 and 3. Stage 0 receives no forward, stage 3 sends none.
    const { spans } = read(
      `
      rank 0 |cF00 sF        rF cF01 sF        |
      rank 1 |     rF cF00 sF           rF cF01|`,
      timers,
    );
    expect(tellByLane(spans, tellStage)).toEqual(["0:F0 0:F0> 2:>F0 2:F0 2:F0>", "1:>F0 1:F0 1:F0> 3:>F0 3:F0"]);
  });

  test("by sequence number where there is one", () => {
    const { spans } = readTrace([
      { name: "forward-recv", args: { step: 0, mb_id: -1, seq_id: 1 } },
      { name: "forward-compute", args: { step: 0, mb_id: 7, seq_id: 0 } },
      { name: "forward-compute", args: { step: 0, mb_id: 5, seq_id: 1 } },
    ]);
    expect(spans.map(tellBatch)).toEqual([">F5", "F7", "F5"]);
  });

  test("with one more transfer than computations the last is counted on", () => {
    const { spans } = read(`0 |cF00 sF sF|`, timers);
    expect(tellByLane(spans, tellBatch)).toEqual(["F0 F0> F1>"]);
  });
});

test("work at the end of an iteration has phase sync and no stage, and is no pipeline span", () => {
  const { spans, pipelineSpans, spansByRule } = readTrace([
    { name: "forward-compute", args: { step: 3, mb_id: 0 } },
    { name: "grads-reduce-scatter", args: { step: 3, model_chunk: 0, mb_id: -1 } },
  ]);
  expect(spans[1]).toEqual({
    name: "grads-reduce-scatter",
    lane: 0,
    start: 1,
    iteration: 3,
    pass: "none",
    phase: "sync",
  });
  expect(pipelineSpans).toBe(1);
  expect(spansByRule).toEqual({ ndtimeline: 1, "ndtimeline-sync": 1 });
});

test("a rule that tells less is left alone where a better one recognised the same work", () => {
  const { spansByRule } = readTrace([
    { name: "pipe/engine.py(722): _exec_forward_pass", start: 0, end: 9 },
    { name: "DeepSpeedEngine.forward", start: 1, end: 8 },
  ]);
  expect(spansByRule).toEqual({ "deepspeed-stack": 1 });
});
