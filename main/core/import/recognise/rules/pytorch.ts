/**
 * Rules for PyTorch and what runs on it: the pipelining runtime (also its schedule text), GPipe, DualPipe, DeepSpeed,
 * profiler steps, and the fallback on NCCL kernels. Data only.
 */
import type { Rule } from "../rule.ts";

/** `B` is an input gradient in old text and a full backward in new text (`I` is the input gradient there): the trace tells. */
const ACTION = "(?<stage>\\d*)(?<action>SEND_F|RECV_F|SEND_B|RECV_B|BW|F|B|I|W)(?<batch>\\d*)";

const ACTION_FIELDS = {
  stage: { group: "stage" },
  batch: { group: "batch" },
  pass: {
    group: "action",
    words: {
      F: "forward",
      SEND_F: "forward",
      RECV_F: "forward",
      BW: "backward",
      B: "backward-or-input-grad",
      SEND_B: "backward-or-input-grad",
      RECV_B: "backward-or-input-grad",
      I: "input-grad",
      W: "weight-grad",
    },
  },
  phase: {
    group: "action",
    words: {
      F: "compute",
      BW: "compute",
      B: "compute",
      I: "compute",
      W: "compute",
      SEND_F: "out",
      SEND_B: "out",
      RECV_F: "in",
      RECV_B: "in",
    },
  },
} as const;

const PIPELINING: readonly Rule[] = [
  {
    name: "pytorch",
    source: "PyTorch pipelining runtime: PP:0F3, PP:2I1, PP:0SEND_F0",
    pattern: `^PP:${ACTION}$`,
    actions: [{ fields: ACTION_FIELDS }],
  },
  {
    name: "pytorch-fused",
    source: "PyTorch pipelining runtime: PP:(0F7;7B3)OVERLAP_F_B",
    pattern: "^(?:PP:)?\\((?<list>.+)\\)(?:OVERLAP_F_B|BATCH_P2P)$",
    parts: { group: "list", pattern: `(?<=^|;)\\s*(?:PP:)?${ACTION}\\s*(?=;|$)` },
    actions: [{ fields: ACTION_FIELDS }],
  },
  {
    name: "pytorch-sync",
    source: "PyTorch pipelining runtime: PP:0UNSHARD, PP:0RESHARD, PP:0REDUCE_GRAD",
    pattern: "^PP:\\d*(?:UNSHARD|RESHARD|REDUCE_GRAD)\\d*$",
    actions: [{ fields: { phase: "sync" } }],
  },
];

const GPIPE: readonly Rule[] = [
  {
    name: "gpipe",
    source: "PyTorch GPipe schedule: Forward 3, Backward 3",
    pattern: "^(?<pass>Forward|Backward) (?<batch>\\d+)$",
    actions: [
      {
        fields: {
          pass: { group: "pass", words: { Forward: "forward", Backward: "backward" } },
          phase: "compute",
          batch: { group: "batch" },
        },
      },
    ],
  },
];

/** `dispatch` and `combine` carry tokens to and from the experts: transfers around the computation, not computation. */
const DUALPIPE: readonly Rule[] = [
  {
    name: "dualpipe",
    source: "DualPipe profile: attn(F), mlp(B), dispatch(F)",
    pattern: "^(?<part>\\w+)\\((?<pass>[FBW])\\)$",
    countByName: true,
    actions: [
      {
        fields: {
          pass: { group: "pass", words: { F: "forward", B: "backward", W: "weight-grad" } },
          phase: [{ group: "part", words: { dispatch: "in", combine: "out" } }, "compute"],
        },
      },
    ],
  },
];

const DEEPSPEED: readonly Rule[] = [
  {
    name: "deepspeed-stack",
    source: "DeepSpeed pipeline engine, Python stacks: pipe/engine.py(722): _exec_forward_pass",
    pattern:
      "pipe/engine\\.py\\(\\d+\\): _exec_(?<action>forward_pass|backward_pass|send_activations|recv_activations|send_grads|recv_grads|load_micro_batch)$",
    actions: [
      {
        fields: {
          pass: {
            group: "action",
            words: {
              forward_pass: "forward",
              send_activations: "forward",
              recv_activations: "forward",
              load_micro_batch: "forward",
              backward_pass: "backward",
              send_grads: "backward",
              recv_grads: "backward",
            },
          },
          phase: {
            group: "action",
            words: {
              forward_pass: "compute",
              backward_pass: "compute",
              load_micro_batch: "in",
              recv_activations: "in",
              recv_grads: "in",
              send_activations: "out",
              send_grads: "out",
            },
          },
        },
      },
    ],
  },
  {
    name: "deepspeed-stack-step",
    source: "DeepSpeed pipeline engine, Python stacks: _exec_optimizer_step",
    pattern: "pipe/engine\\.py\\(\\d+\\): _exec_optimizer_step$",
    endsIteration: true,
    actions: [{ fields: { phase: "sync" } }],
  },
  {
    name: "deepspeed-stack-sync",
    source: "DeepSpeed pipeline engine, Python stacks: _exec_reduce_grads",
    pattern: "pipe/engine\\.py\\(\\d+\\): _exec_reduce_(?:tied_)?grads$",
    actions: [{ fields: { phase: "sync" } }],
  },
  {
    name: "deepspeed",
    source: "DeepSpeed engine: DeepSpeedEngine.forward, DeepSpeedEngine.backward",
    pattern: "^DeepSpeedEngine\\.(?<pass>forward|backward)$",
    yieldsTo: "deepspeed-stack",
    actions: [{ fields: { pass: { group: "pass" }, phase: "compute" } }],
  },
  {
    name: "deepspeed-step",
    source: "DeepSpeed engine: DeepSpeedEngine.step",
    pattern: "^DeepSpeedEngine\\.step$",
    yieldsTo: "deepspeed-stack-step",
    endsIteration: true,
    actions: [{ fields: { phase: "sync" } }],
  },
];

/** Steps of the profiler hold the work of one iteration, on whatever threads of the process. */
const PROFILER_STEPS: readonly Rule[] = [
  {
    name: "profiler-step",
    source: "PyTorch profiler: ProfilerStep#7",
    pattern: "^ProfilerStep#(?<iteration>\\d+)$",
    mark: true,
    actions: [{ fields: { iteration: { group: "iteration" } } }],
  },
];

/**
 * Kernels between neighbours, for traces without any annotation. Only with a pipeline process group that the trace or the
 * user names is a send or receive known to be the pipeline's, so this list is not among the built-in rules.
 */
const NCCL_FALLBACK: readonly Rule[] = [
  {
    name: "nccl-point-to-point",
    source: "NCCL kernels of a known pipeline group: ncclDevKernel_SendRecv",
    pattern: "^nccl(?:Dev)?Kernel_SendRecv",
    when: [
      { arg: ["Src Rank", "Dst Rank"], atLeast: 0 },
      { arg: "Process Group Description", words: ["mesh_pp"] },
    ],
    actions: [{ fields: { pass: "forward", phase: "in" } }],
  },
  {
    name: "nccl-collective",
    source: "NCCL kernels of a data-parallel group: ncclDevKernel_AllReduce",
    pattern: "^nccl(?:Dev)?Kernel_(?:AllReduce|ReduceScatter|AllGather|Reduce|Broadcast|Generic)",
    when: [{ arg: "Process Group Description", words: ["mesh_dp", "mesh_dp_replicate", "mesh_dp_shard"] }],
    actions: [{ fields: { phase: "sync" } }],
  },
];

export { PIPELINING, GPIPE, DUALPIPE, DEEPSPEED, PROFILER_STEPS, NCCL_FALLBACK };
