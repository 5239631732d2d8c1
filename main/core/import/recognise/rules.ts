/**
 * The ordered table of built-in rules (REFERENCE §5): the first rule that fits an event wins, so order is meaning. What tells
 * most comes first: own arguments, then names that only one tool writes, last the usual argument keys. This file only puts
 * the families in order; a new family is a file in rules/ and a line here.
 */
import type { Rule } from "./rule.ts";
import { GENERAL_RULES, OWN_RULES } from "./rules/args.ts";
import { EXPERT_OVERLAP, MEGASCAN, MEGATRON_NVTX, NDTIMELINE, ZERO_BUBBLE } from "./rules/megatron.ts";
import { DEEPSPEED, DUALPIPE, GPIPE, NCCL_FALLBACK, PIPELINING, PROFILER_STEPS } from "./rules/pytorch.ts";

export const BUILT_IN_RULES: readonly Rule[] = [
  ...OWN_RULES,
  ...NDTIMELINE,
  ...MEGASCAN,
  ...PIPELINING,
  ...GPIPE,
  ...ZERO_BUBBLE,
  ...DUALPIPE,
  ...MEGATRON_NVTX,
  ...EXPERT_OVERLAP,
  ...DEEPSPEED,
  ...PROFILER_STEPS,
  ...GENERAL_RULES,
];

/** For traces with NCCL kernels, behind the others; kineto/communication.ts decides what of it holds. */
export const NCCL_FALLBACK_RULES: readonly Rule[] = NCCL_FALLBACK;
