/**
 * Rules for the Megatron family: NDTimeline and Megatron's timers, MegaScan, zero-bubble, Megatron-LM's NVTX ranges, expert
 * overlap. A receive brings the input of a pass (`in`), a send hands its output on (`out`). Data only.
 */
import type { Action, FieldMap, Rule } from "../rule.ts";

const PASS = { forward: "forward", backward: "backward", FORWARD: "forward", BACKWARD: "backward" };
const PHASE = { compute: "compute", recv: "in", send: "out", RECV: "in", SEND: "out" };

const STEP = { arg: ["step", "iteration"] } as const;

/** The two actions of a combined name, from the groups pass1, phase1, pass2, phase2. */
function halvesOfCombined(more: FieldMap): Action[] {
  return [1, 2].map((half) => ({
    ifGroup: `pass${half}`,
    fields: { pass: { group: `pass${half}`, words: PASS }, phase: { group: `phase${half}`, words: PHASE }, ...more },
  }));
}

/** The four actions of a name that sends and receives both ways, where the group `all` matched. */
function allOfCombined(more: FieldMap): Action[] {
  return (["out", "in"] as const).flatMap((phase) =>
    (["forward", "backward"] as const).map((pass) => ({ ifGroup: "all", fields: { pass, phase, ...more } })),
  );
}

/** Combined names tell no batch: it belongs to neither half alone, so both halves are counted. */
const NDTIMELINE: readonly Rule[] = [
  {
    name: "ndtimeline",
    source: "NDTimeline, StragglerAnalysis, Megatron's timers: forward-compute, backward-recv",
    pattern: "^(?<pass>forward|backward)-(?<phase>compute|send|recv)$",
    actions: [
      {
        fields: {
          pass: { group: "pass", words: PASS },
          phase: { group: "phase", words: PHASE },
          iteration: STEP,
          chunk: { arg: "model_chunk" },
          batch: { arg: "mb_id" },
          seq: { arg: "seq_id" },
        },
      },
    ],
  },
  {
    name: "ndtimeline-combined",
    source: "NDTimeline, Megatron's timers: forward-send-backward-recv",
    pattern:
      "^(?:(?<pass1>forward|backward)-(?<phase1>send|recv)-(?<pass2>forward|backward)-(?<phase2>send|recv)|(?<all>forward-backward-send-forward-backward-recv))$",
    actions: [...halvesOfCombined({ iteration: STEP }), ...allOfCombined({ iteration: STEP })],
  },
  {
    name: "ndtimeline-sync",
    source: "NDTimeline, StragglerAnalysis: optimizer and data-parallel collectives of a step",
    pattern:
      "^(?:optimizer(?:-[a-z-]+)?|all-grads-sync|params-all-gather|(?:(?:layernorm|embedding)-)?grads-(?:reduce-scatter|all-reduce))$",
    when: [{ arg: ["step", "iteration"], atLeast: 0 }],
    actions: [{ fields: { phase: "sync", iteration: STEP } }],
  },
];

const MEGASCAN: readonly Rule[] = [
  {
    name: "megascan",
    source: "MegatronApp MegaScan: forward, backward with args microbatch, model_chunk, pp_rank",
    pattern: "^(?<pass>forward|backward)$",
    when: [
      { arg: "microbatch", atLeast: 0 },
      { arg: ["pp_rank", "model_chunk"], atLeast: 0 },
    ],
    actions: [
      {
        fields: {
          pass: { group: "pass" },
          phase: "compute",
          batch: { arg: "microbatch" },
          chunk: { arg: "model_chunk" },
          rank: { arg: "pp_rank" },
          iteration: { arg: "iteration" },
        },
      },
    ],
  },
];

/** `[action][batch].[chunk].[sequence split]`. R runs a forward again for the backward that follows. */
const ZERO_BUBBLE: readonly Rule[] = [
  {
    name: "zero-bubble",
    source: "zero-bubble pipeline parallelism, NVTX: F3.0.0, B3.1.0, W3.0.0",
    pattern: "^(?<pass>BW|[FBWR])(?<batch>\\d+)\\.(?<chunk>\\d+)\\.(?<split>\\d+)$",
    actions: [
      {
        fields: {
          pass: {
            group: "pass",
            words: { F: "forward", BW: "backward", B: "backward-or-input-grad", W: "weight-grad", R: "recompute" },
          },
          phase: "compute",
          batch: { group: "batch" },
          chunk: { group: "chunk" },
        },
      },
    ],
  },
  {
    name: "zero-bubble-communication",
    source: "zero-bubble pipeline parallelism, NVTX: RECV_BACKWARD.8.0.0_SEND_BACKWARD.7.0.0",
    pattern: "^(?:_?(?:SEND|RECV)_(?:FORWARD|BACKWARD)\\.\\d+\\.\\d+\\.\\d+)+$",
    parts: {
      pattern: "(?<phase>SEND|RECV)_(?<pass>FORWARD|BACKWARD)\\.(?<batch>\\d+)\\.(?<chunk>\\d+)\\.(?<split>\\d+)",
    },
    actions: [
      {
        fields: {
          // the gradient that B computes is what travels
          pass: { group: "pass", words: { FORWARD: "forward", BACKWARD: "backward-or-input-grad" } },
          phase: { group: "phase", words: PHASE },
          batch: { group: "batch" },
          chunk: { group: "chunk" },
        },
      },
    ],
  },
  {
    name: "zero-bubble-sync",
    source: "zero-bubble pipeline parallelism, NVTX: checks after the optimizer",
    pattern: "^(?:_?(?:SEND|RECV)_(?:FORWARD|BACKWARD|POST_VALIDATION)\\.\\d+\\.\\d+\\.\\d+)+$",
    actions: [{ fields: { phase: "sync" } }],
  },
];

const P2P = "^megatron\\.core\\.pipeline_parallel\\.p2p_communication\\.";

const MEGATRON_NVTX: readonly Rule[] = [
  {
    name: "megatron-nvtx",
    source: "Megatron-LM, NVTX: p2p_communication.recv_forward",
    pattern: `${P2P}(?<phase>send|recv)_(?<pass>forward|backward)$`,
    actions: [{ fields: { pass: { group: "pass", words: PASS }, phase: { group: "phase", words: PHASE } } }],
  },
  {
    name: "megatron-nvtx-combined",
    source: "Megatron-LM, NVTX: p2p_communication.send_forward_recv_backward",
    pattern: `${P2P}(?:(?<phase1>send|recv)_(?<pass1>forward|backward)_(?<phase2>send|recv)_(?<pass2>forward|backward)|(?<all>send_forward_backward_recv_forward_backward))$`,
    actions: [...halvesOfCombined({}), ...allOfCombined({})],
  },
  {
    // Ranges around many batches: part of the schedule, not work of a stage. Kept as a mark, which says nothing more.
    name: "megatron-nvtx-part",
    source: "Megatron-LM, NVTX: warmup, steady, cooldown of a schedule",
    pattern: "^megatron\\.core\\.pipeline_parallel\\.schedules\\.\\w+\\.(?:warmup|steady|cooldown|misc)$",
    mark: true,
    actions: [{ fields: {} }],
  },
];

const EXPERT_OVERLAP: readonly Rule[] = [
  {
    name: "megatron-layer",
    source: "Megatron expert-parallel overlap, NVTX: layer_3f, layer_3f-layer_7b",
    pattern: "^layer_(?<stage>\\d+)(?<pass>[fb])(?:-layer_(?<other>\\d+)b)?$",
    actions: [
      {
        fields: {
          stage: { group: "stage" },
          pass: { group: "pass", words: { f: "forward", b: "backward" } },
          phase: "compute",
        },
      },
      { ifGroup: "other", fields: { stage: { group: "other" }, pass: "backward", phase: "compute" } },
    ],
  },
];

export { NDTIMELINE, MEGASCAN, ZERO_BUBBLE, MEGATRON_NVTX, EXPERT_OVERLAP };
