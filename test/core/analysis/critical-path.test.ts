/** The critical path against the tasks that a simulated pipeline was made of, and its length on recorded traces. */
import { describe, expect, test } from "vitest";

import { buildReport, isNoPipeline } from "../../../main/core/analysis/build-report.ts";
import { explainScope } from "../../../main/core/analysis/explain-scope.ts";
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { surveyRun } from "../../../main/core/analysis/windows.ts";
import { PATH_PHASES } from "../../../main/common/explanation.ts";
import { findSharedTrace } from "../../support/shared-traces.ts";
import { simulatePipeline } from "../../support/simulated-pipeline.ts";
import type { Task } from "../../support/simulated-pipeline.ts";
import { readDrawing } from "./drawing.ts";
import { readMegatronWork, readStragglerWork } from "./raw-traces.ts";
import { columnsOf } from "./work.ts";
import type { Work } from "./work.ts";

interface PathSegment {
  readonly fromNs: number;
  readonly toNs: number;
  readonly phase: (typeof PATH_PHASES)[number];
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
}

function listCriticalPath(input: AnalysisInput): PathSegment[] {
  const { from, to, phase, rank, stage, batch } = explainScope(input)?.path ?? fail();
  return Array.from(from, (fromNs, i) => ({
    fromNs,
    toNs: to[i] ?? 0,
    phase: PATH_PHASES[phase[i] ?? 0] ?? "wait",
    rank: rank[i] ?? -1,
    stage: stage[i] ?? -1,
    batch: batch[i] ?? -1,
  }));
}

function fail(): never {
  throw new Error("the run has no pipeline");
}

const describePath = (segments: readonly PathSegment[]): string[] =>
  segments.map(
    ({ fromNs, toNs, phase, rank, stage, batch }) => `${fromNs}-${toNs} rank ${rank} ${phase} ${stage}.${batch}`,
  );

/** Longest chain of tasks by trying all chains (each once), from the first start of computing on. */
function longestChain(tasks: readonly Task[], from: number): number {
  const longest = new Map<Task, number>();
  const visit = (task: Task): number => {
    const known = longest.get(task);
    if (known !== undefined) return known;
    const own = Math.max(0, task.end - Math.max(from, task.start));
    const length = own + Math.max(0, ...task.waitsFor.map(visit));
    longest.set(task, length);
    return length;
  };
  return Math.max(...tasks.filter(({ kind }) => kind === "compute").map(visit));
}

/** Tasks that cannot end later without the last computing ending later. */
function findCritical(tasks: readonly Task[]): ReadonlySet<Task> {
  const last = Math.max(...tasks.filter(({ kind }) => kind === "compute").map(({ end }) => end));
  const critical = new Set<Task>();
  const visit = (task: Task): void => {
    if (critical.has(task)) return;
    critical.add(task);
    for (const before of task.waitsFor) if (before.end === task.start) visit(before);
  };
  tasks.filter(({ kind, end }) => kind === "compute" && end === last).forEach(visit);
  return critical;
}

test("of simulated pipelines is as long as the longest chain of tasks, and runs over critical tasks only", () => {
  let ns = 0;
  let off = 0;
  for (let seed = 0; seed < 1000; seed += 1) {
    const { spans, tasks, makespan } = simulatePipeline(seed);
    const work = spans
      .map((span) => ({ ...span, replica: 0, iteration: 0 }))
      .sort((a, b) => a.start - b.start || b.duration - a.duration);
    const path = listCriticalPath(columnsOf(work));
    const from = Math.min(...tasks.filter(({ kind }) => kind === "compute").map(({ start }) => start));
    expect(path.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0)).toBe(makespan);
    expect(longestChain(tasks, from)).toBe(makespan);
    path.slice(1).forEach(({ fromNs }, i) => expect(fromNs).toBe(path[i]?.toNs));
    const critical = findCritical(tasks);
    for (const { fromNs, toNs, phase, rank, stage, batch } of path) {
      ns += toNs - fromNs;
      const matches = [...critical].some(
        (task) =>
          task.rank === rank &&
          task.batch === batch &&
          task.start <= fromNs &&
          toNs <= task.end &&
          (phase === "wait"
            ? task.kind === "stall" || task.kind === "source"
            : task.kind === phase || (task.kind === "link" && phase === "in")) &&
          (phase === "sync" || task.stage === stage),
      );
      if (!matches) off += toNs - fromNs;
    }
  }
  expect(off / ns).toBeLessThan(0.01);
});

describe("of drawn pipelines", () => {
  test("stays on the rank that is always busy", () => {
    const path = listCriticalPath(
      columnsOf(
        readDrawing(`
          a0 a1 a2 -- -- -- --
          -- b0 b0 b1 b1 b2 b2
        `),
      ),
    );
    expect(describePath(path)).toEqual([
      "0-10 rank 0 compute 0.0",
      "10-30 rank 1 compute 1.0",
      "30-50 rank 1 compute 1.1",
      "50-70 rank 1 compute 1.2",
    ]);
  });

  test("goes forward to the last stage and back, and waits where nothing explains the delay", () => {
    const path = listCriticalPath(
      columnsOf(
        readDrawing(`
          a0 -- -- -- -- A0
          -- -- b0 B0 B0 --
        `),
      ),
    );
    expect(describePath(path)).toEqual([
      "0-10 rank 0 compute 0.0",
      "10-20 rank 1 wait 1.0",
      "20-30 rank 1 compute 1.0",
      "30-50 rank 1 compute 1.0",
      "50-60 rank 0 compute 0.0",
    ]);
  });
});

describe.each([
  ["megatron-app/pp-aggregated.json.gz", readMegatronWork],
  ["megatron-app/dpp-aggregated.json.gz", readMegatronWork],
  ["straggler-analysis/timeline-ST.json.gz", readStragglerWork],
] as const)("of %s", (name, read: (path: string) => Work[]) => {
  const file = findSharedTrace(name);
  test.skipIf(file === undefined)("is as long as the makespan in every iteration of every replica", () => {
    const input = columnsOf(read(file ?? ""));
    for (const { replica, iteration } of surveyRun(input).windows) {
      const report = buildReport(input, { replica, iteration });
      if (isNoPipeline(report)) throw new Error(report.error);
      const { criticalPath, makespanNs } = report;
      expect(criticalPath?.lengthNs).toBe(makespanNs);
      const sum = (shares: readonly { ns: number }[] | undefined): number =>
        (shares ?? []).reduce((total, { ns }) => total + ns, 0);
      expect([criticalPath?.byStage, criticalPath?.byRank, criticalPath?.byPhase].map(sum)).toEqual(
        Array(3).fill(makespanNs),
      );
    }
  });
});
