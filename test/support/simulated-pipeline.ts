/**
 * Pipelines whose every idle nanosecond has a known cause: a simulator of its own for tests, which shares nothing with
 * main/core/simulate and main/core/analysis.
 *
 * Everything that happens is a task of an actor (a rank, one of its three loops, a link): an actor does its tasks in order,
 * and a task starts when the actor is free and all tasks that it waits for have ended. What is recorded as spans is less
 * than what happens: stalls are not recorded, waiting and transfers not always. The cause of an idle nanosecond is read off
 * the tasks, which know more than the spans.
 */
import type { Pass, Phase } from "../../main/common/model.ts";

export interface TaskSpan {
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly pass: Pass;
  readonly phase: Phase;
  readonly start: number;
  readonly duration: number;
  readonly name?: string;
}

export type TrueCause = "fill" | "drain" | "blocked" | "transfer" | "sync" | "starved" | "other";

export interface TrueIdle {
  readonly rank: number;
  readonly from: number;
  readonly to: number;
  readonly cause: TrueCause;
  /** What a starved rank waits for. */
  readonly awaited?: { readonly stage: number; readonly batch: number };
}

export interface Task {
  readonly kind: "compute" | "in" | "out" | "link" | "sync" | "stall" | "source";
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly pass: Pass;
  readonly duration: number;
  /** Tasks that must have ended, the actor's previous one included. */
  readonly waitsFor: Task[];
  /** Of an `out`: the task that frees its slot. */
  slot?: Task;
  start: number;
  end: number;
}

export interface SimulatedPipeline {
  readonly kind: string;
  readonly spans: readonly TaskSpan[];
  readonly idle: readonly TrueIdle[];
  readonly tasks: readonly Task[];
  readonly makespan: number;
}

/** Mulberry32: the same numbers for the same seed everywhere. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Random = (below: number) => number;

export const SIMULATED_KINDS = ["one thing at a time", "phases overlap", "training"] as const;

export function simulatePipeline(seed: number): SimulatedPipeline {
  const random = createRandom(seed);
  const kind = SIMULATED_KINDS[seed % SIMULATED_KINDS.length];
  return kind === "training" ? simulateTraining(random) : simulateChannels(random, kind);
}

/** Tasks in an order in which each comes after all that it waits for. */
function createTasks(): { readonly tasks: Task[]; add(task: Omit<Task, "start" | "end">): Task } {
  const tasks: Task[] = [];
  return {
    tasks,
    add(description) {
      const task = { ...description, start: 0, end: 0 };
      tasks.push(task);
      return task;
    },
  };
}

/** Earliest times: each task is visited when everything before it has its time. */
function timeTasks(tasks: readonly Task[]): void {
  const timed = new Set<Task>();
  const visit = (task: Task): void => {
    if (timed.has(task)) return;
    timed.add(task);
    task.waitsFor.forEach(visit);
    task.start = Math.max(0, ...task.waitsFor.map(({ end }) => end));
    task.end = task.start + task.duration;
  };
  tasks.forEach(visit);
}

const spanOf = ({ rank, stage, batch, pass, start, duration }: Task, phase: Phase): TaskSpan => ({
  rank,
  stage,
  batch,
  pass,
  phase,
  start,
  duration,
});

/** A dataflow: in, compute, out through bounded channels, as the runner does it. */
function simulateChannels(random: Random, kind: "one thing at a time" | "phases overlap"): SimulatedPipeline {
  const ranks = 2 + random(4);
  const batches = 3 + random(8);
  const depth = 1 + random(3);
  const recordsWaits = random(2) === 0;
  const hasSlowSource = recordsWaits && random(3) === 0;
  const chunks: number[][] = [];
  for (let rank = 0, stage = 0; rank < ranks; rank += 1) {
    const size = 1 + random(3);
    chunks.push(Array.from({ length: size }, () => stage++));
  }
  const base = chunks.map(() => ({ in: 2 + random(12), compute: 5 + random(40), out: 2 + random(12) }));
  const { tasks, add } = createTasks();
  const passages = chunks.map((stages, rank) =>
    Array.from({ length: batches }, (_, batch) => {
      const common = { rank, batch, pass: "forward" as const };
      const first = stages[0];
      const jitter = (ns: number): number => ns + random(1 + (ns >> 2));
      const source = add({
        ...common,
        kind: "source",
        stage: first,
        duration: rank === 0 && hasSlowSource ? random(60) : 0,
        waitsFor: [],
      });
      const bringIn = add({ ...common, kind: "in", stage: first, duration: jitter(base[rank].in), waitsFor: [source] });
      const stall = add({
        ...common,
        kind: "stall",
        stage: first,
        duration: random(12) === 0 ? 1 + random(8) : 0,
        waitsFor: [bringIn],
      });
      let before = stall;
      const computing = stages.map((stage) => {
        before = add({ ...common, kind: "compute", stage, duration: jitter(base[rank].compute), waitsFor: [before] });
        return before;
      });
      const last = stages[stages.length - 1];
      const bringOut = add({
        ...common,
        kind: "out",
        stage: last,
        duration: jitter(base[rank].out),
        waitsFor: [before],
      });
      return { source, in: bringIn, stall, computing, last: before, out: bringOut };
    }),
  );
  passages.forEach((ofRank, rank) => {
    ofRank.forEach((passage, batch) => {
      const previous = ofRank.at(batch - 1);
      if (batch > 0 && previous !== undefined) {
        passage.source.waitsFor.push(previous.source);
        if (kind === "phases overlap") {
          passage.in.waitsFor.push(previous.in);
          passage.stall.waitsFor.push(previous.last);
          passage.out.waitsFor.push(previous.out);
        } else passage.in.waitsFor.push(previous.out);
      }
      if (kind === "phases overlap" && batch >= 2) {
        passage.in.waitsFor.push(ofRank[batch - 2].last);
        passage.stall.waitsFor.push(ofRank[batch - 2].out);
      }
      if (rank > 0) passage.in.waitsFor.push(passages[rank - 1][batch].out);
      const receiver = passages.at(rank + 1);
      if (receiver === undefined || batch < depth) return;
      passage.out.slot = receiver[batch - depth].in;
      passage.out.waitsFor.push(receiver[batch - depth].in);
    });
  });
  timeTasks(tasks);

  const endOf = (list: readonly (Task | undefined)[]): number => Math.max(0, ...list.map((task) => task?.end ?? 0));
  const spans: TaskSpan[] = [];
  const idle: TrueIdle[] = [];
  const computing = tasks.filter((task) => task.kind === "compute");
  const window = { from: Math.min(...computing.map(({ start }) => start)), to: endOf(computing) };
  passages.forEach((ofRank, rank) => {
    const blockings = ofRank.map(({ out }) => {
      const ready = endOf(out.waitsFor.filter((task) => task !== out.slot));
      return { from: ready, to: Math.max(ready, out.start), stage: out.stage, batch: out.batch };
    });
    ofRank.forEach((passage, batch) => {
      spans.push(spanOf(passage.in, "in"), ...passage.computing.map((task) => spanOf(task, "compute")));
      spans.push(spanOf(passage.out, "out"));
      if (!recordsWaits) return;
      const before = batch === 0 ? undefined : kind === "phases overlap" ? ofRank[batch - 1].in : ofRank[batch - 1].out;
      const buffers = kind === "phases overlap" && batch >= 2 ? ofRank[batch - 2].last : undefined;
      const asked = endOf([before, buffers]);
      const { rank: at, stage, pass } = passage.in;
      const wait = { rank: at, batch, pass, phase: "wait" as const };
      if (passage.in.start > asked) {
        spans.push({ ...wait, stage, start: asked, duration: passage.in.start - asked, name: "starved" });
      }
      const { from, to } = blockings[batch];
      if (to > from) {
        spans.push({ ...wait, stage: passage.out.stage, start: from, duration: to - from, name: "blocked" });
      }
    });
    const tell = (t: number): Pick<TrueIdle, "cause" | "awaited"> => {
      const next = ofRank.findIndex(({ computing: [first] }) => first.start > t);
      if (ofRank[0].computing[0].start > t) return { cause: "fill" };
      if (next < 0) return { cause: "drain" };
      const passage = ofRank[next];
      const runs = (task: Task | undefined): boolean => task !== undefined && task.start <= t && t < task.end;
      if (blockings.some(({ from, to }) => from <= t && t < to)) return { cause: "blocked" };
      const sent = rank === 0 ? undefined : passages[rank - 1][next].out;
      if (runs(passage.in) || runs(sent)) return { cause: "transfer" };
      const isSending = ofRank.some(({ out }) => runs(out));
      if (sent === undefined ? isSending && kind === "one thing at a time" : isSending && t >= sent.end) {
        if (endOf([...passage.in.waitsFor, ...passage.stall.waitsFor]) > t) return { cause: "transfer" };
      }
      if (t >= passage.in.end) return { cause: "other" };
      return sent === undefined
        ? { cause: "starved" }
        : { cause: "starved", awaited: { stage: sent.stage, batch: sent.batch } };
    };
    const busy = ofRank.flatMap(({ computing: ofBatch }) => ofBatch);
    idle.push(...tellIdle(rank, { window, busy, tell }));
  });
  return { kind, spans, idle, tasks, makespan: window.to - window.from };
}

/** Asks for the cause of every idle nanosecond and joins equal neighbours. */
function tellIdle(
  rank: number,
  {
    window,
    busy,
    tell,
  }: {
    window: { from: number; to: number };
    busy: readonly Task[];
    tell: (t: number) => Pick<TrueIdle, "cause" | "awaited">;
  },
): TrueIdle[] {
  const isBusy = new Uint8Array(window.to - window.from);
  for (const { start, end } of busy) isBusy.fill(1, start - window.from, end - window.from);
  const idle: TrueIdle[] = [];
  for (let t = window.from; t < window.to; t += 1) {
    if (isBusy[t - window.from] === 1) continue;
    const told = tell(t);
    const last = idle.at(-1);
    const continues =
      last?.to === t &&
      last.cause === told.cause &&
      last.awaited?.stage === told.awaited?.stage &&
      last.awaited?.batch === told.awaited?.batch;
    if (last !== undefined && continues) idle[idle.length - 1] = { ...last, to: t + 1 };
    else idle.push({ rank, from: t, to: t + 1, ...told });
  }
  return idle;
}

type Action = Pick<Task, "stage" | "batch" | "pass">;

/** Orders of a rank: all forward then all backward, or one forward one backward; chunks of a rank one after the other. */
function orderRank({
  rank,
  ranks,
  chunks,
  batches,
  isGpipe,
  splits,
}: Record<"rank" | "ranks" | "chunks" | "batches", number> & Record<"isGpipe" | "splits", boolean>): Action[] {
  const backwardOf = (stage: number, batch: number): Action[] =>
    splits
      ? [
          { stage, batch, pass: "input-grad" },
          { stage, batch, pass: "weight-grad" },
        ]
      : [{ stage, batch, pass: "backward" }];
  const all = Array.from({ length: batches }, (_, batch) => batch);
  if (isGpipe) {
    const stages = Array.from({ length: chunks }, (_, chunk) => chunk * ranks + rank);
    return [
      ...stages.flatMap((stage) => all.map((batch): Action => ({ stage, batch, pass: "forward" }))),
      ...stages.toReversed().flatMap((stage) => all.flatMap((batch) => backwardOf(stage, batch))),
    ];
  }
  const warmUp = Math.min(batches, ranks - rank);
  const order: Action[] = all.slice(0, warmUp).map((batch) => ({ stage: rank, batch, pass: "forward" }));
  for (const batch of all) {
    order.push(...backwardOf(rank, batch));
    if (batch + warmUp < batches) order.push({ stage: rank, batch: batch + warmUp, pass: "forward" });
  }
  return order;
}

/** Training: send and recv meet (a transfer starts when both sides are there); sends do not hold up the sender. */
function simulateTraining(random: Random): SimulatedPipeline {
  const ranks = 2 + random(4);
  const batches = 2 + random(7);
  const isGpipe = random(2) === 0;
  const chunks = isGpipe ? 1 + random(2) : 1;
  const splits = random(3) === 0;
  const linkNs = random(3) === 0 ? 0 : 1 + random(10);
  const stages = ranks * chunks;
  const forward = Array.from({ length: stages }, () => 5 + random(30));
  const backward = forward.map((ns) => ns + random(2 * ns));
  const { tasks, add } = createTasks();
  const computed = new Map<string, Task>();
  const keyOf = (stage: number, batch: number, isForward: boolean): string => `${stage} ${batch} ${isForward}`;
  const orders = Array.from({ length: ranks }, (_, rank) => {
    let last: Task | undefined;
    return orderRank({ rank, ranks, chunks, batches, isGpipe, splits }).map((action) => {
      const common = { rank, ...action };
      const chain = (task: Omit<Task, "start" | "end" | "waitsFor">): Task =>
        (last = add({ ...task, waitsFor: last === undefined ? [] : [last] }));
      const sync = chain({ ...common, kind: "sync", duration: random(15) === 0 ? 3 + random(20) : 0 });
      const link = chain({ ...common, kind: "link", duration: 0 });
      const stall = chain({ ...common, kind: "stall", duration: random(15) === 0 ? 1 + random(10) : 0 });
      const ns = action.pass === "forward" ? forward[action.stage] : backward[action.stage];
      const compute = chain({ ...common, kind: "compute", duration: ns + random(1 + (ns >> 2)) });
      if (action.pass !== "weight-grad") {
        computed.set(keyOf(action.stage, action.batch, action.pass === "forward"), compute);
      }
      return { sync, link, stall, compute };
    });
  });
  const producerOf = ({ stage, batch, pass }: Action): Task | undefined =>
    pass === "weight-grad"
      ? undefined
      : computed.get(keyOf(stage + (pass === "forward" ? -1 : 1), batch, pass === "forward"));
  for (const step of orders.flat()) {
    const producer = producerOf(step.compute);
    if (producer === undefined) continue;
    step.link.waitsFor.push(producer);
    if (producer.rank !== step.compute.rank) Object.assign(step.link, { duration: linkNs });
  }
  timeTasks(tasks);

  const computing = tasks.filter(({ kind }) => kind === "compute");
  const window = {
    from: Math.min(...computing.map(({ start }) => start)),
    to: Math.max(...computing.map(({ end }) => end)),
  };
  const spans: TaskSpan[] = [];
  const idle: TrueIdle[] = [];
  orders.forEach((steps, rank) => {
    for (const { sync, link, compute } of steps) {
      spans.push(spanOf(compute, "compute"));
      if (sync.duration > 0) spans.push({ ...spanOf(sync, "sync"), pass: "none" });
      const producer = producerOf(compute);
      if (producer === undefined || link.duration === 0) continue;
      const pass = compute.pass === "forward" ? "forward" : "backward";
      spans.push({ ...spanOf(compute, "in"), pass, start: sync.end, duration: link.end - sync.end });
      spans.push({ ...spanOf(producer, "out"), pass, start: producer.end, duration: link.end - producer.end });
    }
    const tell = (t: number): Pick<TrueIdle, "cause" | "awaited"> => {
      if (steps[0].compute.start > t) return { cause: "fill" };
      const step = steps.find(({ compute }) => compute.start > t);
      if (step === undefined) return { cause: "drain" };
      if (t < step.sync.end) return { cause: "sync" };
      if (t < step.link.start) {
        const producer = producerOf(step.compute);
        return producer === undefined
          ? { cause: "starved" }
          : { cause: "starved", awaited: { stage: producer.stage, batch: producer.batch } };
      }
      return { cause: t < step.link.end ? "transfer" : "other" };
    };
    const busy = steps.map(({ compute }) => compute);
    idle.push(...tellIdle(rank, { window, busy, tell }));
  });
  return { kind: "training", spans, idle, tasks, makespan: window.to - window.from };
}
