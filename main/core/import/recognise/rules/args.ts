/**
 * Rules for events whose arguments alone tell the pipeline: Pipewave's own runner and exports, and the keys that people use.
 * The general rule asks for a batch and a place in the pipeline, both integers, so that a profiler's argument that happens
 * to be called `batch` never makes up a pipeline. Data only.
 */
import type { Condition, FieldMap, Rule } from "../rule.ts";

/** Arguments that Pipewave writes itself. */
export const OWN_RULES: readonly Rule[] = [
  {
    name: "pipewave",
    source: "Pipewave's runner and exports: args stage, batch, phase",
    when: [
      { arg: "stage", atLeast: 0 },
      { arg: "batch", atLeast: 0 },
      { arg: "phase", words: ["in", "compute", "out", "wait"] },
    ],
    actions: [
      {
        fields: {
          stage: { arg: "stage" },
          batch: { arg: "batch" },
          phase: { arg: "phase", words: { in: "in", compute: "compute", out: "out", wait: "wait" } },
          pass: { arg: "pass" },
          op: { arg: "op" },
          iteration: { arg: "iteration" },
          replica: { arg: "replica" },
          rank: { arg: "rank" },
        },
      },
    ],
  },
  {
    name: "pipewave-sync",
    source: "Pipewave's exports: work at the end of an iteration, args phase, iteration",
    when: [
      { arg: "phase", words: ["sync"] },
      { arg: ["iteration", "rank"], atLeast: 0 },
    ],
    actions: [
      {
        fields: { phase: "sync", iteration: { arg: "iteration" }, replica: { arg: "replica" }, rank: { arg: "rank" } },
      },
    ],
  },
];

const BATCH_KEYS = ["microbatch", "micro_batch", "mb", "mb_id", "mb_idx", "batch"];
const STAGE_KEYS = ["stage", "layer"];
const RANK_KEYS = ["pp_rank", "pp_rk"];
const CHUNK_KEYS = ["model_chunk", "chunk"];

const PASS_WORDS = {
  forward: "forward",
  fwd: "forward",
  F: "forward",
  backward: "backward",
  bwd: "backward",
  B: "backward",
  "input-grad": "input-grad",
  I: "input-grad",
  "weight-grad": "weight-grad",
  W: "weight-grad",
};

const GENERAL_CONDITIONS: readonly Condition[] = [
  { arg: BATCH_KEYS, atLeast: 0 },
  { arg: [...STAGE_KEYS, ...RANK_KEYS, ...CHUNK_KEYS], atLeast: 0 },
];

const GENERAL_FIELDS: FieldMap = {
  batch: { arg: BATCH_KEYS },
  stage: { arg: STAGE_KEYS },
  rank: { arg: [...RANK_KEYS, "rank"] },
  chunk: { arg: CHUNK_KEYS },
  iteration: { arg: ["iteration", "step"] },
  replica: { arg: "replica" },
  pass: { arg: "pass", words: PASS_WORDS },
  phase: { arg: "phase" },
  op: { arg: "op" },
};

/** The last resort: usual keys, with the direction from the arguments or from a name that begins with it. */
export const GENERAL_RULES: readonly Rule[] = [
  {
    name: "arguments-and-direction",
    source: "any tracer: a batch and a stage, rank or chunk among the args, a name that begins with the pass",
    pattern: "^(?<pass>forward|fwd|backward|bwd)",
    when: GENERAL_CONDITIONS,
    actions: [
      {
        fields: {
          ...GENERAL_FIELDS,
          pass: [
            { arg: "pass", words: PASS_WORDS },
            { group: "pass", words: PASS_WORDS },
          ],
        },
      },
    ],
  },
  {
    name: "arguments",
    source: "any tracer: a batch and a stage, rank or chunk among the args",
    when: GENERAL_CONDITIONS,
    actions: [{ fields: GENERAL_FIELDS }],
  },
];
