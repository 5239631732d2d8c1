/**
 * NCCL and RCCL kernels as phases. Sends and receives of a known pipeline group are `in` and `out` of the rank, which is how a
 * trace without annotations shows its pipeline (REFERENCE §5); the analysis tells transfer from wait where both ends are
 * there. Collectives of data parallelism are `sync`. What is not known is left alone: no group, no pipeline.
 *
 * A group of n ranks passes forward from position i to i + 1; with chunks also from the last to the first. A send kernel
 * names its `Dst Rank`, a receive its `Src Rank` (both global).
 */
import { PASS_BACKWARD, PASS_FORWARD, phaseCode } from "#common/model.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { NOTHING_SAID } from "../recognise/contract.ts";
import type { Recognised } from "../recognise/contract.ts";
import { findPipelineGroup, isPipelineGroup } from "./distributed-job.ts";
import type { DistributedJob } from "./distributed-job.ts";

const PHASE_IN = phaseCode("in");
const PHASE_OUT = phaseCode("out");
const PHASE_SYNC = phaseCode("sync");
const KERNEL = /^(?:nccl|rccl)\w*?Kernel/;
const POINT_TO_POINT = "nccl-point-to-point";
const COLLECTIVE = "nccl-collective";

const decoder = new TextDecoder();

export function recogniseCommunication(
  trace: CollectedTrace,
  { job, pipelineGroup }: { job: DistributedJob; pipelineGroup: string | undefined },
): void {
  const { spans, recogniser, tally } = trace;
  const pointToPoint = recogniser.ruleNames.indexOf(POINT_TO_POINT);
  const collective = recogniser.ruleNames.indexOf(COLLECTIVE);
  const kernels = listKernels(trace);
  if (kernels.length === 0 || pointToPoint < 0) return;
  for (const row of kernels) if (spans.recognised.rule(row) === pointToPoint) spans.recognised.takeBack(row);
  const { hasWork, hasTransfers } = findAnnotated(trace, new Set([pointToPoint, collective]));
  let found = 0;
  let untold = 0;
  if (!hasTransfers) {
    for (const row of kernels) {
      const said = readTransfer(trace, row, { job, pipelineGroup });
      if (said === "untold") untold++;
      else if (said !== undefined) {
        spans.recognise(row, { ...NOTHING_SAID, rule: pointToPoint, ...said });
        found++;
      }
    }
  }
  if (untold > 0) {
    tally.repair("left {n} sends and receives of the pipeline out: the trace does not say between which ranks", untold);
  }
  if (hasWork || found > 0) return;
  // Collectives alone make no pipeline.
  for (const row of kernels) if (spans.recognised.rule(row) === collective) spans.recognised.takeBack(row);
}

function listKernels({ spans, names, texts }: CollectedTrace): number[] {
  const isKernel = Uint8Array.from({ length: names.size }, (_, name) =>
    names.first[name] >= 0 && KERNEL.test(texts.text(names.first[name])) ? 1 : 0,
  );
  const rows: number[] = [];
  for (let row = 0; row < spans.length; row++) {
    if (isKernel[spans.name[row]] === 1 && spans.duration[row] >= 0) rows.push(row);
  }
  return rows;
}

/** What the annotations say, kernels left out. */
function findAnnotated({ spans, recogniser }: CollectedTrace, ofKernels: ReadonlySet<number>) {
  let hasWork = false;
  let hasTransfers = false;
  for (let row = 0; row < spans.length; row++) {
    const rule = spans.recognised.rule(row);
    if (rule < 0 || ofKernels.has(rule) || recogniser.traits[rule].mark) continue;
    const phase = spans.recognised.phase(row);
    if (phase !== PHASE_SYNC) hasWork = true;
    if (phase === PHASE_IN || phase === PHASE_OUT) hasTransfers = true;
  }
  return { hasWork, hasTransfers };
}

type Arguments = Readonly<Record<string, unknown>>;

function readTransfer(
  trace: CollectedTrace,
  row: number,
  { job, pipelineGroup }: { job: DistributedJob; pipelineGroup: string | undefined },
): Pick<Recognised, "pass" | "phase"> | "untold" | undefined {
  const args = readArguments(trace, row);
  const name = textOf(args["Process Group Name"]);
  const known = job.groups.find((group) => group.name === name);
  const description = textOf(args["Process Group Description"]) || (known?.description ?? "");
  if (!isPipelineGroup({ name, description }, pipelineGroup)) return undefined;
  const [from, to] = [rankOf(args["Src Rank"]), rankOf(args["Dst Rank"])];
  if (from === undefined && to === undefined) return undefined; // a collective of the group
  const own = job.rank;
  const group = known ?? findPipelineGroup(job, pipelineGroup);
  const ranks = listRanks(args["Process Group Ranks"]) ?? group?.ranks;
  const isSend = to !== undefined && to !== own;
  const position = ranks?.indexOf(own ?? -1) ?? -1;
  const peer = ranks?.indexOf((isSend ? to : from) ?? -1) ?? -1;
  if (ranks === undefined || position < 0 || peer < 0 || peer === position) return "untold";
  const [source, target] = isSend ? [position, peer] : [peer, position];
  const isForward = ranks.length === 2 ? target > source : (source + 1) % ranks.length === target;
  const isBackward = ranks.length === 2 ? target < source : (target + 1) % ranks.length === source;
  if (!isForward && !isBackward) return "untold";
  return { pass: isForward ? PASS_FORWARD : PASS_BACKWARD, phase: isSend ? PHASE_OUT : PHASE_IN };
}

function readArguments({ spans, arena }: CollectedTrace, row: number): Arguments {
  if (spans.argsLength[row] === 0) return {};
  const value: unknown = JSON.parse(decoder.decode(arena.view(spans.argsAt[row], spans.argsLength[row])));
  return typeof value === "object" && value !== null ? (value as Arguments) : {};
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

function rankOf(value: unknown): number | undefined {
  const rank = value === "" ? NaN : Number(textOf(value) || NaN);
  return Number.isInteger(rank) && rank >= 0 ? rank : undefined;
}

/** `[0, 4]`, as a text or as a list; PyTorch shortens long ones with `...`, which then say nothing. */
function listRanks(value: unknown): readonly number[] | undefined {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "");
  return /^\[\s*\d+(?:\s*,\s*\d+)*\s*\]$/.test(text) ? (JSON.parse(text) as number[]) : undefined;
}
