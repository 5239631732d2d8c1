/** Every rule of the table on events it is for, and on events that look like them and are not. */
import { describe, expect, test } from "vitest";

import { BUILT_IN_RULES, NCCL_FALLBACK_RULES } from "../../../../main/core/import/recognise/rules.ts";
import { describeActions } from "./read-trace.ts";
import type { Args } from "./read-trace.ts";

type Said = Readonly<Record<string, unknown>>;

interface Case {
  readonly rule: string;
  readonly name: string;
  readonly args?: Args;
  readonly says: readonly Said[];
}

const forward = { pass: "forward" };
const backward = { pass: "backward" };
const undecided = { pass: "undecided" };
const [into, compute, out, sync] = ["in", "compute", "out", "sync"].map((phase) => ({ phase }));

const CASES: readonly Case[] = [
  {
    rule: "pipewave",
    name: "conv 3",
    args: { stage: 3, batch: 7, phase: "in", pass: "forward", op: "conv", iteration: 2, replica: 1, rank: 0 },
    says: [{ stage: 3, batch: 7, iteration: 2, replica: 1, rank: 0, op: "conv", ...forward, ...into }],
  },
  {
    rule: "pipewave",
    name: "x",
    args: { stage: 0, batch: 0, phase: "wait" },
    says: [{ stage: 0, batch: 0, ...forward, phase: "wait" }],
  },
  {
    rule: "pipewave",
    name: "x",
    args: { stage: 1, batch: 0, phase: "compute", pass: "weight-grad", op: "unheard of" },
    says: [{ stage: 1, batch: 0, pass: "weight-grad", ...compute }],
  },
  {
    rule: "pipewave-sync",
    name: "optimizer",
    args: { phase: "sync", iteration: 4, rank: 2 },
    says: [{ iteration: 4, rank: 2, ...sync }],
  },
  {
    rule: "ndtimeline",
    name: "forward-compute",
    args: { step: 23, model_chunk: 1, mb_id: 2, seq_id: 5 },
    says: [{ iteration: 23, chunk: 1, batch: 2, seq: 5, ...forward, ...compute }],
  },
  {
    rule: "ndtimeline",
    name: "backward-recv",
    args: { step: 23, model_chunk: -1, mb_id: -1, seq_id: 0 },
    says: [{ iteration: 23, seq: 0, ...backward, ...into }],
  },
  {
    rule: "ndtimeline",
    name: "forward-send",
    args: { step: 23, model_chunk: null, mb_id: null, seq_id: 3 },
    says: [{ iteration: 23, seq: 3, ...forward, ...out }],
  },
  { rule: "ndtimeline", name: "backward-compute", says: [{ ...backward, ...compute }] },
  {
    rule: "ndtimeline-combined",
    name: "forward-send-backward-recv",
    args: { step: 1, mb_id: -1 },
    says: [
      { iteration: 1, ...forward, ...out },
      { iteration: 1, ...backward, ...into },
    ],
  },
  {
    rule: "ndtimeline-combined",
    name: "forward-backward-send-forward-backward-recv",
    says: [
      { ...forward, ...out },
      { ...backward, ...out },
      { ...forward, ...into },
      { ...backward, ...into },
    ],
  },
  ...[
    "optimizer",
    "optimizer-clip-main-grad",
    "grads-reduce-scatter",
    "params-all-gather",
    "layernorm-grads-all-reduce",
    "embedding-grads-all-reduce",
  ].map((name) => ({
    rule: "ndtimeline-sync",
    name,
    args: { step: 5, model_chunk: 0, mb_id: -1 },
    says: [{ iteration: 5, ...sync }],
  })),
  {
    rule: "megascan",
    name: "backward",
    args: { iteration: 3, microbatch: 1, model_chunk: 2, pp_rank: 3 },
    says: [{ iteration: 3, batch: 1, chunk: 2, rank: 3, ...backward, ...compute }],
  },
  { rule: "pytorch", name: "PP:0F3", says: [{ stage: 0, batch: 3, ...forward, ...compute }] },
  { rule: "pytorch", name: "PP:2I1", says: [{ stage: 2, batch: 1, pass: "input-grad", ...compute }] },
  { rule: "pytorch", name: "PP:2W1", says: [{ stage: 2, batch: 1, pass: "weight-grad", ...compute }] },
  { rule: "pytorch", name: "PP:12B10", says: [{ stage: 12, batch: 10, ...undecided, ...compute }] },
  { rule: "pytorch", name: "PP:1BW0", says: [{ stage: 1, batch: 0, ...backward, ...compute }] },
  { rule: "pytorch", name: "PP:0SEND_F0", says: [{ stage: 0, batch: 0, ...forward, ...out }] },
  { rule: "pytorch", name: "PP:1RECV_B2", says: [{ stage: 1, batch: 2, ...undecided, ...into }] },
  {
    rule: "pytorch-fused",
    name: "PP:(0F7;7B3)OVERLAP_F_B",
    says: [
      { stage: 0, batch: 7, ...forward, ...compute },
      { stage: 7, batch: 3, ...undecided, ...compute },
    ],
  },
  {
    rule: "pytorch-fused",
    name: "(1SEND_F2; 1RECV_B0)BATCH_P2P",
    says: [
      { stage: 1, batch: 2, ...forward, ...out },
      { stage: 1, batch: 0, ...undecided, ...into },
    ],
  },
  ...["PP:0UNSHARD", "PP:3RESHARD", "PP:1REDUCE_GRAD"].map((name) => ({ rule: "pytorch-sync", name, says: [sync] })),
  { rule: "gpipe", name: "Forward 3", says: [{ batch: 3, ...forward, ...compute }] },
  { rule: "gpipe", name: "Backward 12", says: [{ batch: 12, ...backward, ...compute }] },
  { rule: "zero-bubble", name: "F3.0.0", says: [{ batch: 3, chunk: 0, ...forward, ...compute }] },
  { rule: "zero-bubble", name: "B3.1.0", says: [{ batch: 3, chunk: 1, ...undecided, ...compute }] },
  { rule: "zero-bubble", name: "W3.0.1", says: [{ batch: 3, chunk: 0, pass: "weight-grad", ...compute }] },
  { rule: "zero-bubble", name: "BW12.1.0", says: [{ batch: 12, chunk: 1, ...backward, ...compute }] },
  { rule: "zero-bubble", name: "R4.0.0", says: [{ batch: 4, chunk: 0, pass: "recompute", ...compute }] },
  {
    rule: "zero-bubble-communication",
    name: "RECV_BACKWARD.8.0.0_SEND_BACKWARD.7.1.0",
    says: [
      { batch: 8, chunk: 0, ...undecided, ...into },
      { batch: 7, chunk: 1, ...undecided, ...out },
    ],
  },
  { rule: "zero-bubble-communication", name: "SEND_FORWARD.0.1.0", says: [{ batch: 0, chunk: 1, ...forward, ...out }] },
  { rule: "zero-bubble-sync", name: "RECV_POST_VALIDATION.0.0.0", says: [sync] },
  { rule: "dualpipe", name: "attn(F)", says: [{ ...forward, ...compute }] },
  { rule: "dualpipe", name: "mlp(B)", says: [{ ...backward, ...compute }] },
  { rule: "dualpipe", name: "mlp(W)", says: [{ pass: "weight-grad", ...compute }] },
  { rule: "dualpipe", name: "dispatch(F)", says: [{ ...forward, ...into }] },
  { rule: "dualpipe", name: "combine(B)", says: [{ ...backward, ...out }] },
  {
    rule: "megatron-nvtx",
    name: "megatron.core.pipeline_parallel.p2p_communication.recv_forward",
    says: [{ ...forward, ...into }],
  },
  {
    rule: "megatron-nvtx-combined",
    name: "megatron.core.pipeline_parallel.p2p_communication.send_forward_recv_backward",
    says: [
      { ...forward, ...out },
      { ...backward, ...into },
    ],
  },
  {
    rule: "megatron-nvtx-combined",
    name: "megatron.core.pipeline_parallel.p2p_communication.send_forward_backward_recv_forward_backward",
    says: [
      { ...forward, ...out },
      { ...backward, ...out },
      { ...forward, ...into },
      { ...backward, ...into },
    ],
  },
  {
    rule: "megatron-nvtx-part",
    name: "megatron.core.pipeline_parallel.schedules.forward_backward_pipelining_with_interleaving.steady",
    says: [{}],
  },
  { rule: "megatron-layer", name: "layer_3f", says: [{ stage: 3, ...forward, ...compute }] },
  {
    rule: "megatron-layer",
    name: "layer_3f-layer_7b",
    says: [
      { stage: 3, ...forward, ...compute },
      { stage: 7, ...backward, ...compute },
    ],
  },
  { rule: "deepspeed", name: "DeepSpeedEngine.forward", says: [{ ...forward, ...compute }] },
  { rule: "deepspeed-step", name: "DeepSpeedEngine.step", says: [sync] },
  {
    rule: "deepspeed-stack",
    name: "deepspeed/runtime/pipe/engine.py(722): _exec_forward_pass",
    says: [{ ...forward, ...compute }],
  },
  { rule: "deepspeed-stack", name: "pipe/engine.py(900): _exec_send_grads", says: [{ ...backward, ...out }] },
  { rule: "deepspeed-stack", name: "pipe/engine.py(900): _exec_recv_activations", says: [{ ...forward, ...into }] },
  { rule: "deepspeed-stack", name: "pipe/engine.py(1): _exec_load_micro_batch", says: [{ ...forward, ...into }] },
  { rule: "deepspeed-stack-sync", name: "pipe/engine.py(1): _exec_reduce_tied_grads", says: [sync] },
  { rule: "deepspeed-stack-step", name: "pipe/engine.py(1): _exec_optimizer_step", says: [sync] },
  { rule: "profiler-step", name: "ProfilerStep#551", says: [{ iteration: 551 }] },
  {
    rule: "arguments",
    name: "block",
    args: { mb: 4, layer: 2, step: 9 },
    says: [{ batch: 4, stage: 2, iteration: 9, ...forward, ...compute }],
  },
  {
    rule: "arguments-and-direction",
    name: "bwd_step",
    args: { micro_batch: 4, pp_rk: 1, chunk: 0 },
    says: [{ batch: 4, rank: 1, chunk: 0, ...backward, ...compute }],
  },
  {
    rule: "arguments-and-direction",
    name: "forward",
    args: { mb_idx: 1, stage: 2, pass: "backward" },
    says: [{ batch: 1, stage: 2, ...backward, ...compute }],
  },
];

test.each(CASES)("$rule recognises $name", ({ rule, name, args = {}, says }) => {
  expect(describeActions({ name, args })).toEqual(says.map((said) => ({ rule, ...said })));
});

test("each built-in rule has an event that it recognises", () => {
  const tried = new Set(CASES.map(({ rule }) => rule));
  expect(BUILT_IN_RULES.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

test("names of rules are unique", () => {
  const names = [...BUILT_IN_RULES, ...NCCL_FALLBACK_RULES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe("no rule recognises", () => {
  test.each([
    ["a name with more behind it", "forward-compute-2", {}],
    ["a name with more before it", "my forward-compute", {}],
    ["a bare forward of an operator", "forward", { "External id": 3 }],
    ["a forward with a batch but no place", "forward", { microbatch: 3 }],
    ["an optimizer without a step", "optimizer", {}],
    ["a batch size beside nothing", "dataloader", { batch: 32 }],
    ["a batch beside a stream", "kernel", { batch: 32, stream: 7 }],
    ["a negative batch", "block", { batch: -1, stage: 3 }],
    ["a fractional stage", "block", { batch: 1, stage: 0.5 }],
    ["a stage that is a name", "block", { batch: 1, stage: "train" }],
    ["a batch that is a list", "block", { batch: [1, 2], stage: 0 }],
    ["own arguments that are null", "conv 3", { stage: null, batch: null, phase: "in" }],
    ["GPipe's words without a number", "Forward", {}],
    ["an action without its prefix", "0F3", {}],
    ["a fused action of other things", "PP:(what;ever)OVERLAP_F_B", {}],
    ["zero-bubble's letters with two numbers", "F3.0", {}],
    ["a function call", "main(X)", {}],
    ["Python code of another engine", "runtime/engine.py(722): _exec_forward_pass", {}],
    ["a collective", "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)", { "Src Rank": 0, "Dst Rank": 1 }],
    ["a step without a number", "ProfilerStep", {}],
    ["an empty name", "", {}],
  ])("%s", (_, name, args) => {
    expect(describeActions({ name, args })).toEqual([]);
  });
});

describe("the NCCL fallback", () => {
  const kernel = { name: "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)" };
  const rules = [...BUILT_IN_RULES, ...NCCL_FALLBACK_RULES];

  test("recognises a kernel of a pipeline group when it is asked for", () => {
    const args = { "Src Rank": 0, "Dst Rank": 1, "Process Group Description": "mesh_pp" };
    expect(describeActions({ ...kernel, args }, rules)).toEqual([{ rule: "nccl-point-to-point", ...forward, ...into }]);
  });

  test("leaves kernels of other groups alone", () => {
    const args = { "Src Rank": 0, "Dst Rank": 1, "Process Group Description": "mesh_dp" };
    expect(describeActions({ ...kernel, args }, rules)).toEqual([]);
  });
});
