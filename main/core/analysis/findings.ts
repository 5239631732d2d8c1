/**
 * What to look at: at most five findings, in words with the figures that they rest on, and where to see them.
 *
 * A finding states what was measured; where it says what a change would win, that is an upper limit worked out from the same
 * run, and it says so. They are ranked by `costNs`, the ns of the window that each can explain at most: of idle time its mean
 * over the ranks, but not more than the window exceeds the computing of its busiest rank; of the bottleneck how far the
 * interval could fall if its rank took no time; of an uneven partition what the best one would take off its slowest rank.
 * They overlap (a slow rank starves the others) and do not sum to anything.
 */
import { formatCountOf, formatDuration, formatShare } from "#common/format.ts";
import { PASS_FORWARD } from "#common/model.ts";
import type { Finding, RunReport, Straggler } from "#common/report.ts";
import { anchorsOf } from "./anchors.ts";
import { findMostAwaited, listDelayed } from "./awaited-work.ts";
import type { AwaitedSum } from "./awaited-work.ts";
import type { RankIdle } from "./idle-causes.ts";
import { medianStageTimes } from "./imbalance.ts";
import { totalLength, uniteIntervals } from "./intervals.ts";
import type { Occupancy } from "./occupancy.ts";
import { keepLargest } from "./statistics.ts";

const MOST_FINDINGS = 5;
/** What explains less of the window than this is not worth a sentence. */
const LEAST_SHARE = 0.02;
const MOST_SPANS = 20;
const LEAST_SLOWDOWN_TO_TELL = 1.2;
/** Sum of the ranks' computing as a multiple of the time in which any computes: 1 is never two at once. */
const MOST_OVERLAP = 1.02;

/**
 * Where ranks work one at a time there is one fact, told once: whoever works alone starves the others, there is no pipeline
 * that fills, and work that lies unevenly on the ranks takes as long as any other.
 */
const NOTHING_WHERE_ALONE: ReadonlySet<string> = new Set(["starved", "fill-drain", "imbalance"]);

export type MeasuredReport = Omit<RunReport, "findings">;

interface Context {
  readonly report: MeasuredReport;
  readonly occupancy: Occupancy;
  readonly idle: readonly RankIdle[];
}

/** @param report of the same scope, without findings @param idle of the same ranks */
export function findFindings(context: Context): Finding[] {
  const finders = [tellBottleneck, tellOneAtATime, tellStarving, tellBlocking, tellRamps, tellExposed, tellUnexplained];
  const { makespanNs } = context.report;
  const found = [...finders, tellImbalance, tellStraggler]
    .map((find) => find(context))
    .filter((finding) => finding !== undefined);
  const isAlone = found.some(({ kind }) => kind === "one-at-a-time");
  return found
    .filter(({ kind }) => !(isAlone && NOTHING_WHERE_ALONE.has(kind)))
    .filter(({ costNs }) => costNs >= LEAST_SHARE * makespanNs)
    .sort((a, b) => b.costNs - a.costNs)
    .slice(0, MOST_FINDINGS);
}

function nameStage({ occupancy: { stages } }: Context, id: number): string {
  const name = stages.find((stage) => stage.id === id)?.name ?? `${id}`;
  if (/^(stage|block|layer|chunk)\b/i.test(name)) return name;
  return name.startsWith(`${id}`) ? `stage ${name}` : `stage ${id} (${name})`;
}

function evidenceOf(
  { report: { windowStartNs, makespanNs } }: Context,
  { ranks, spans }: { ranks: readonly number[]; spans: readonly number[] },
): Finding["evidence"] {
  return { fromNs: windowStartNs, toNs: windowStartNs + makespanNs, ranks, spans: spans.slice(0, MOST_SPANS) };
}

const listRanks = (ranks: readonly number[]): string =>
  ranks.length === 1 ? `rank ${ranks[0]}` : `ranks ${ranks.slice(0, -1).join(", ")} and ${ranks[ranks.length - 1]}`;

/** More ranks are not listed one by one. */
const MOST_LISTED = 7;
const LEAST_IMBALANCE = 1.1;
/** A stage of so many times the mean stage's time is worth naming. */
const HEAVY = 1.5;
const RESOURCE_WORDS = {
  compute: "its computing",
  in: "its incoming transfers",
  out: "its outgoing transfers",
  device: "the device that it shares",
} as const;

/** Below this share of the mean interval a bound limits nothing yet. */
const NEAR_BOUND = 0.6;

function tellBottleneck(context: Context): Finding | undefined {
  const { report, occupancy } = context;
  const { bottleneck, boundNs, meanNs, second, rows } = report.initiationInterval;
  if (bottleneck === undefined || boundNs === undefined || meanNs === undefined || meanNs === 0) return undefined;
  const { rank, stage } = bottleneck;
  const resource = rows.find((row) => row.rank === rank)?.resource ?? "compute";
  const mostly = stage === undefined ? "" : `, most of it ${nameStage(context, stage)}`;
  const keeps =
    `${RESOURCE_WORDS[resource]}${mostly}, keeps it busy ${formatDuration(boundNs)} of every ` +
    `${formatDuration(meanNs)} between batches (${formatShare(boundNs / meanNs)})`;
  // Taking work off one rank shortens no chain of dependencies by more than that work, and the next bound stays.
  const withoutItNs = Math.max(second?.boundNs ?? 0, meanNs - boundNs);
  const why =
    second?.boundNs === withoutItNs ? `that is what rank ${second.rank} needs` : "the rest of it is not its own work";
  const next =
    second === undefined
      ? ""
      : ` A faster rank ${rank} alone cannot bring the interval below ${formatDuration(withoutItNs)} ` +
        `(−${formatShare(1 - withoutItNs / meanNs)}): ${why}.`;
  const intro =
    boundNs < NEAR_BOUND * meanNs
      ? `No rank is near its limit; the nearest is rank ${rank}: `
      : `Rank ${rank} bounds the throughput: `;
  const at = occupancy.ranks.findIndex((candidate) => candidate.rank === rank);
  const anchors = anchorsOf(occupancy).ofRanks[at];
  return {
    kind: "bottleneck",
    text: `${intro}${keeps}.${next}`,
    costNs: Math.min(report.makespanNs, (meanNs - withoutItNs) * (anchors.length - 1)),
    evidence: evidenceOf(context, {
      ranks: [rank],
      spans: listLongest(context, (i) => occupancy.spans.stage[i] === stage, [rank]),
    }),
  };
}

/** Compute spans of some kind, the longest first. */
function listLongest(
  { occupancy: { spans, ranks } }: Context,
  isWanted: (span: number) => boolean,
  ofRanks?: readonly number[],
): readonly number[] {
  const kept = keepLargest(MOST_SPANS);
  for (const { rank, spans: ofRank } of ranks) {
    if (ofRanks?.includes(rank) === false) continue;
    for (const i of ofRank.compute) if (isWanted(i)) kept.add(i, spans.duration[i]);
  }
  return kept.items;
}

/** Ranks that never compute at the same time are no pipeline. */
function tellOneAtATime(context: Context): Finding | undefined {
  const { bubble, makespanNs, run } = context.report;
  const busyNs = bubble.rows.reduce((sum, row) => sum + row.busyNs, 0);
  const anyNs = totalLength(uniteIntervals(context.occupancy.ranks.map(({ busy }) => busy)));
  if (bubble.rows.length < 2 || run.batches < 2 || busyNs > anyNs * MOST_OVERLAP) return undefined;
  const ranks = bubble.rows.map(({ rank }) => rank);
  const isShared = context.report.initiationInterval.rows.some(({ resource }) => resource === "device");
  const longestNs = isShared ? anyNs : Math.max(...bubble.rows.map((row) => row.busyNs));
  const advice = isShared
    ? "They share a device: more batches in flight can only fill the pauses between them; the window cannot become " +
      `shorter than the ${formatDuration(longestNs)} in which it is busy`
    : "With more batches in flight they would overlap; the window cannot become shorter than the " +
      `${formatDuration(longestNs)} of the busiest rank`;
  return {
    kind: "one-at-a-time",
    text:
      `The ranks compute one after the other, hardly ever two at once: on average ${(busyNs / makespanNs).toFixed(2)} of ` +
      `${ranks.length} work. ${advice} (now ${formatDuration(makespanNs)}).`,
    costNs: makespanNs - longestNs,
    evidence: evidenceOf(context, { ranks, spans: [] }),
  };
}

/** Mean ns of a cause a rank. */
function meanOver({ bubble }: MeasuredReport, ns: number | undefined): number {
  return Math.round((ns ?? 0) / Math.max(1, bubble.rows.length));
}

/** What an end of such idle time could win at most: the busiest rank computes as long as before. */
function limitIdle({ bubble, makespanNs }: MeasuredReport, idleNs: number): number {
  return Math.min(idleNs, makespanNs - bubble.rows.reduce((most, { busyNs }) => Math.max(most, busyNs), 0));
}

function describeAwaited(context: Context, first: AwaitedSum): string {
  return `the ${first.pass} of ${nameStage(context, first.stage)} on rank ${first.rank}`;
}

function tellStarving(context: Context): Finding | undefined {
  const { report } = context;
  const costNs = meanOver(report, report.bubble.byCauseNs.starved);
  const awaited = findMostAwaited(context.occupancy, context.idle, { cause: "starved", most: MOST_SPANS });
  const partOf = (ns: number): string => formatShare(ns / (report.bubble.byCauseNs.starved ?? 1));
  if (costNs === 0) return undefined;
  const share = formatShare(costNs / report.makespanNs);
  const starved = report.bubble.rows.toSorted((a, b) => (b.byCauseNs.starved ?? 0) - (a.byCauseNs.starved ?? 0));
  const most = starved[0];
  const known =
    awaited === undefined
      ? ""
      : ` The greatest part of all starving, ${partOf(awaited.ns)}, is for ${describeAwaited(context, awaited)}.`;
  return {
    kind: "starved",
    text:
      `Ranks wait ${share} of the window for input that has not been produced, rank ${most.rank} the longest ` +
      `(${formatDuration(most.byCauseNs.starved ?? 0)}).${known}`,
    costNs: limitIdle(report, costNs),
    evidence: evidenceOf(context, { ranks: [most.rank], spans: awaited?.spans ?? [] }),
  };
}

function tellBlocking(context: Context): Finding | undefined {
  const { report } = context;
  const costNs = meanOver(report, report.bubble.byCauseNs.blocked);
  if (costNs === 0) return undefined;
  const [most] = report.bubble.rows.toSorted((a, b) => (b.byCauseNs.blocked ?? 0) - (a.byCauseNs.blocked ?? 0));
  const awaited = findMostAwaited(
    context.occupancy,
    context.idle.filter(({ rank }) => rank === most.rank),
    { cause: "blocked", most: MOST_SPANS },
  );
  const whom =
    awaited === undefined
      ? ""
      : ` It waits mostly for ${nameStage(context, awaited.stage)} on rank ${awaited.rank} to take its output.`;
  return {
    kind: "blocked",
    text:
      `Rank ${most.rank} cannot hand its output on for ${formatDuration(most.byCauseNs.blocked ?? 0)} ` +
      `(${formatShare((most.byCauseNs.blocked ?? 0) / report.makespanNs)} of the window): the channel is full.${whom}`,
    costNs: limitIdle(report, costNs),
    evidence: evidenceOf(context, { ranks: [most.rank], spans: awaited?.spans ?? [] }),
  };
}

/** Filling and draining. */
function tellRamps(context: Context): Finding | undefined {
  const { report } = context;
  const { fill = 0, drain = 0 } = report.bubble.byCauseNs;
  const costNs = meanOver(report, fill + drain);
  const ranks = report.bubble.rows.map(({ rank }) => rank);
  if (ranks.length < 2) return undefined;
  const { batches } = report.run;
  return {
    kind: "fill-drain",
    text:
      `Filling and draining the pipeline leaves the ranks idle ${formatShare(costNs / report.makespanNs)} of the window ` +
      `(fill ${formatDuration(meanOver(report, fill))}, drain ${formatDuration(meanOver(report, drain))} a rank on average). ` +
      `It is paid once for ${formatCountOf(batches, { one: "batch", many: "batches" })} on ${formatCountOf(ranks.length, { one: "rank" })}: more batches make it a smaller share.`,
    costNs: limitIdle(report, costNs),
    evidence: evidenceOf(context, { ranks, spans: [] }),
  };
}

function tellExposed(context: Context): Finding | undefined {
  const { report } = context;
  const transferNs = report.bubble.byCauseNs.transfer ?? 0;
  const costNs = meanOver(report, transferNs);
  const [most] = report.bubble.rows.toSorted((a, b) => (b.byCauseNs.transfer ?? 0) - (a.byCauseNs.transfer ?? 0));
  const total = (report.phases.inNs ?? 0) + (report.phases.outNs ?? 0);
  const exposed = report.phases.exposedCommunicationNs;
  const hidden =
    exposed === undefined || total === 0
      ? ""
      : ` Of ${formatDuration(total)} of transfers, ${formatDuration(exposed)} are not hidden behind computing of the same rank.`;
  return {
    kind: "transfer",
    text: `Ranks stand still for transfers ${formatShare(costNs / report.makespanNs)} of the window, rank ${most.rank} the most (${formatDuration(most.byCauseNs.transfer ?? 0)}).${hidden}`,
    costNs: limitIdle(report, costNs),
    evidence: evidenceOf(context, {
      ranks: [most.rank],
      spans: findMostAwaited(context.occupancy, context.idle, { cause: "transfer", most: MOST_SPANS })?.spans ?? [],
    }),
  };
}

function tellUnexplained(context: Context): Finding | undefined {
  const { report } = context;
  const costNs = meanOver(report, report.bubble.byCauseNs.other);
  const [most] = report.bubble.rows.toSorted((a, b) => (b.byCauseNs.other ?? 0) - (a.byCauseNs.other ?? 0));
  const why =
    report.bubble.byCauseNs.transfer === undefined
      ? "The trace records no transfers, so it cannot say whether they were under way: record sends and receives to tell."
      : "Launching, the host or work that was not recorded may lie behind it.";
  return {
    kind: "other",
    text: `Ranks idle ${formatShare(costNs / report.makespanNs)} of the window although their input had been produced, rank ${most.rank} the longest (${formatDuration(most.byCauseNs.other ?? 0)}). ${why}`,
    costNs: limitIdle(report, costNs),
    evidence: evidenceOf(context, { ranks: [most.rank], spans: longestOther(context, most.rank) }),
  };
}

/** The spans before which a rank idled longest for no known reason. */
function longestOther({ idle }: Context, rank: number): readonly number[] {
  const found = idle.find((candidate) => candidate.rank === rank)?.pieces;
  if (found === undefined) return [];
  return listDelayed(found, { cause: "other", most: MOST_SPANS });
}

function tellImbalance(context: Context): Finding | undefined {
  const { report, occupancy } = context;
  const { imbalance, bubble, makespanNs } = report;
  if (imbalance === undefined || bubble.rows.length < 2 || imbalance.ratio < LEAST_IMBALANCE) return undefined;
  const [most, ...others] = bubble.rows.toSorted((a, b) => b.busyNs - a.busyNs);
  const othersShare = others.reduce((sum, { busyNs }) => sum + busyNs, 0) / others.length / makespanNs;
  const times = medianStageTimes(occupancy);
  const meanTime = [...times.values()].reduce((sum, ns) => sum + ns, 0) / Math.max(1, times.size);
  const heaviest = occupancy.stages
    .filter(({ id }) => occupancy.places.stageRank[id] === most.rank)
    .toSorted((a, b) => (times.get(b.id) ?? 0) - (times.get(a.id) ?? 0))
    .at(0);
  const heaviestNs = heaviest === undefined ? 0 : Math.round(times.get(heaviest.id) ?? 0);
  const because =
    heaviest === undefined || heaviestNs < HEAVY * meanTime
      ? ""
      : `; its heaviest, ${nameStage(context, heaviest.id)}, takes ${formatDuration(heaviestNs)} a batch, the mean stage ${formatDuration(Math.round(meanTime))}`;
  const { best } = imbalance;
  const ranges = best?.partition.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
  const better =
    best === undefined || best.maxNs > best.currentMaxNs * 0.95
      ? ""
      : ` By the measured times the best contiguous partition is ${ranges}: its slowest rank would compute ${formatDuration(best.maxNs)} a batch instead of ${formatDuration(best.currentMaxNs)}.`;
  // Stages cannot be cut: of what the slowest rank exceeds the mean, only the share that a better partition takes off counts.
  const winnable = best === undefined ? 1 : 1 - best.maxNs / Math.max(1, best.currentMaxNs);
  const otherRanks =
    others.length > MOST_LISTED
      ? `the other ${others.length}`
      : listRanks(others.map(({ rank }) => rank).sort((a, b) => a - b));
  return {
    kind: "imbalance",
    text:
      `Rank ${most.rank} is busy ${formatShare(most.busyNs / makespanNs)} of the window, ${otherRanks} ` +
      `${formatShare(othersShare)}${others.length > 1 ? " on average" : ""}${because}.${better}`,
    costNs: Math.min(imbalance.maxNs - imbalance.meanNs, Math.round(imbalance.maxNs * winnable)),
    evidence: evidenceOf(context, {
      ranks: [most.rank],
      spans: listLongest(context, (i) => occupancy.spans.stage[i] === heaviest?.id, [most.rank]),
    }),
  };
}

/** Of those that are slow enough to tell, the one that costs most: twice the time of next to nothing is nothing. */
function tellStraggler(context: Context): Finding | undefined {
  const { report, occupancy } = context;
  const { spans, stages } = occupancy;
  const costOf = ({ kind, ns, peersNs }: Straggler): number =>
    Math.min(report.makespanNs, (ns - peersNs) * (kind === "stage" ? report.run.batches : 1));
  const [straggler] = (report.imbalance?.stragglers ?? [])
    .filter(({ kind, slowdown }) => kind !== "rank" && slowdown >= LEAST_SLOWDOWN_TO_TELL)
    .sort((a, b) => costOf(b) - costOf(a)) as [Straggler?];
  if (straggler === undefined) return undefined;
  const { kind, id, ns, peersNs, slowdown, peers } = straggler;
  const own = kind === "stage" ? stages.find((stage) => stage.id === id) : undefined;
  const what = kind === "stage" ? nameStage(context, id) : `${kind} ${id}`;
  const measure = { stage: "a median of", replica: "a makespan of", batch: "computing for", rank: "computing for" }[
    kind
  ];
  const unit = kind === "stage" ? " a batch" : "";
  // "other" is no kind: nobody said that such stages do the same.
  const others =
    own === undefined || own.op === "other"
      ? formatCountOf(peers, { one: "other", many: "others" })
      : formatCountOf(peers, { one: `other ${own.op} stage` });
  const isLast = own !== undefined && stages.every(({ ordinal }) => ordinal <= own.ordinal);
  const isTraining = anchorsOf(occupancy).passes[PASS_FORWARD] === 0;
  const hint =
    isLast && isTraining && own.op === "other" ? " It is the last stage, which often computes the loss as well." : "";
  const column = kind === "stage" ? spans.stage : spans.batch;
  return {
    kind: "straggler",
    text:
      `${what[0].toUpperCase()}${what.slice(1)} takes ${slowdown.toFixed(2)} × the median of the ${others}: ` +
      `${measure} ${formatDuration(ns)}${unit} against ${formatDuration(peersNs)}.${hint}`,
    costNs: costOf(straggler),
    evidence: evidenceOf(context, {
      ranks: [],
      spans: kind === "replica" ? [] : listLongest(context, (i) => column[i] === id),
    }),
  };
}
