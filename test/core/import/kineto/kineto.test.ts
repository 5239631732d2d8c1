/** Kineto traces: which device time an annotation gets, checked against recorded traces and against jobs made up for it. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { PHASES } from "#common/model.ts";
import type { RunReader } from "../../../../db/index.ts";
import type { Rule } from "../../../../main/core/import/recognise/rule.ts";
import { createJob, deviceTimeOf } from "../../../support/exports/synthetic-job.ts";
import { writeKineto } from "../../../support/exports/write-json.ts";
import { sharedTrace } from "../../../support/shared-traces.ts";
import { importContent, importFile } from "../import-text.ts";

/** Pipeline work: `<name> <category> <start from the first>+<duration>`. */
function listWork(reader: RunReader): { name: string; category: string | undefined; startNs: number; endNs: number }[] {
  const spans = reader.readAllSpans();
  return Array.from({ length: spans.length }, (_, row) => row)
    .filter((row) => spans.stage[row] >= 0)
    .map((row) => {
      const { text, category } = reader.names[spans.name[row]];
      return { name: text, category, startNs: spans.start[row], endNs: spans.start[row] + spans.duration[row] };
    });
}

interface RawEvent {
  readonly ph: string;
  readonly cat?: string;
  readonly name: string;
  readonly pid: number | string;
  readonly tid: number | string;
  /** Ns: read from the digits, because a double of an epoch in µs has no ns. */
  readonly ts: bigint;
  readonly dur: bigint;
  readonly args: { readonly correlation?: number };
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Times as ns: none of these traces writes more than three digits behind the point. */
function readTimes(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if ((key !== "ts" && key !== "dur") || context?.source === undefined) return value;
  const [whole, fraction = ""] = context.source.split(".");
  return BigInt(whole + fraction.padEnd(3, "0"));
}

const WATCH =
  "^(?:## (?:forward|backward|sdd_preprocess_splits) ##|DistributedDataParallel.forward|Optimizer.step#.*)$";
const RULE: Rule = {
  name: "watched",
  source: "the test",
  pattern: WATCH,
  actions: [{ fields: { stage: 0, pass: "forward", phase: "compute" } }],
};

describe.each(["nccl_data", "rank-0.Apr_03_18_51_38.1102.pt.trace", "sampled_rank-0"])("recorded: %s", (name) => {
  test("annotations get the time of everything that their process launched in them", async (context) => {
    const file = sharedTrace(context, `kineto/${name}.json.gz`);
    const { traceEvents } = JSON.parse(gunzipSync(readFileSync(file)).toString(), readTimes) as {
      traceEvents: RawEvent[];
    };
    const of = (...categories: string[]) => traceEvents.filter(({ cat }) => categories.includes(cat ?? ""));
    const calls = of("cuda_runtime", "cuda_driver");
    const operations = of("kernel", "gpu_memcpy", "gpu_memset");
    const expected = of("user_annotation")
      .filter(({ name: text }) => new RegExp(WATCH, "u").test(text))
      .flatMap((annotation) => {
        const inside = new Set(
          calls
            .filter(
              ({ pid, ts }) => pid === annotation.pid && ts >= annotation.ts && ts < annotation.ts + annotation.dur,
            )
            .flatMap(({ args }) => args.correlation ?? []),
        );
        const work = operations.filter(({ args }) => inside.has(args.correlation ?? -1));
        if (work.length === 0) return [];
        const starts = work.map(({ ts }) => ts).toSorted(compare);
        const ends = work.map(({ ts, dur }) => ts + dur).toSorted(compare);
        return [{ name: annotation.name, durationNs: Number(ends[ends.length - 1] - starts[0]) }];
      });
    const { reader, report } = await importFile(file, { rules: [RULE] });
    const key = (text: string, durationNs: number) => `${text} ${durationNs}`;
    expect(expected.length).toBeGreaterThan(0);
    expect(
      listWork(reader)
        .map((span) => key(span.name, span.endNs - span.startNs))
        .toSorted(),
    ).toEqual(expected.map((span) => key(span.name, span.durationNs)).toSorted());
    expect(report.violations).toEqual([]);
    expect(reader.spanCount).toBe(report.events.spans + expected.length);
  });
});

test("recorded: a device annotation that is wider than its work by Kineto's 1 ns on each side agrees", async (context) => {
  const file = sharedTrace(context, "kineto/mi250_minitoy_train_ROCm6_2.json.gz");
  const { reader } = await importFile(file, { rules: [RULE] });
  // In the raw file: ts 4203669612357.611, dur 8.483; its one kernel takes 8.481.
  expect(listWork(reader)).toMatchObject([{ name: "Optimizer.step#SGD.step", category: "gpu_user_annotation" }]);
  expect(listWork(reader)[0].endNs - listWork(reader)[0].startNs).toBe(8_483);
});

test("device annotations that agree with the launched work are used", async () => {
  const job = createJob(3);
  const { reader, report } = await importContent(writeKineto(job, { deviceAnnotations: "whole" }));
  const work = listWork(reader);
  expect(new Set(work.map(({ category }) => category))).toEqual(new Set(["gpu_user_annotation"]));
  expect(work).toHaveLength(job.actions.length);
  expect(report.repaired).toContain(
    `checked ${job.actions.length} device annotations of the trace against the work that was launched: all agree`,
  );
  expect(reader.spanCount).toBe(report.events.spans);
  const iterations = reader.readAllSpans().iteration;
  expect(new Set(iterations.filter((iteration) => iteration >= 0))).toEqual(new Set([0, 1]));
});

test("device annotations that leave out what other threads launched are replaced, and the report says so", async () => {
  const job = createJob(3);
  const { reader, report } = await importContent(writeKineto(job, { deviceAnnotations: "own thread" }));
  const work = listWork(reader);
  expect(new Set(work.map(({ category }) => category))).toEqual(new Set(["projected to the device"]));
  expect(work.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0)).toBe(
    job.actions.reduce((sum, action) => sum + deviceTimeOf(action).endNs - deviceTimeOf(action).startNs, 0),
  );
  expect(report.repaired.join("\n")).toMatch(
    new RegExp(`instead of the trace's device annotations: \\d+ of ${job.actions.length} differ`, "u"),
  );
});

test("an annotation that launched nothing is left out of the pipeline, not taken as device time", async () => {
  const job = createJob(2);
  const [first, ...others] = job.actions;
  const { report } = await importContent(writeKineto({ ...job, actions: [{ ...first, operations: [] }, ...others] }));
  expect(report.pipelineSpans).toBe(others.length);
  expect(report.repaired).toContain(
    "left 1 annotations of the host out of the pipeline, which launched no device work",
  );
});

test("annotations of a trace without any device work keep their host time", async () => {
  const job = createJob(2);
  const actions = job.actions.map((action) => ({ ...action, operations: [] }));
  const { reader } = await importContent(writeKineto({ ...job, actions, strays: [] }));
  const work = listWork(reader);
  expect(work).toHaveLength(actions.length);
  expect(work.map(({ endNs, startNs }) => endNs - startNs).toSorted()).toEqual(
    actions.map(({ hostStartNs, hostEndNs }) => hostEndNs - hostStartNs).toSorted(),
  );
});

test("the rank of a pipeline is the position in the pipeline's group, not the rank in the job", async () => {
  const pg_config = [
    { pg_name: "0", pg_desc: "default_pg", ranks: [0, 1, 2, 3, 4, 5] },
    { pg_name: "2", pg_desc: "mesh_pp", ranks: [1, 3, 5] },
  ];
  const content = writeKineto(createJob(1), { ranks: [2], distributedInfo: { rank: 5, world_size: 6, pg_config } });
  const { reader } = await importContent(content);
  expect(new Set(reader.lanes.map(({ rank }) => rank))).toEqual(new Set([2]));
});

describe("kernels of NCCL without any annotation", () => {
  const kernel = (startNs: number, name: string, args: object) => ({
    ph: "X",
    cat: "kernel",
    name: `ncclDevKernel_${name}(ncclDevKernelArgsStorage<4096ul>)`,
    pid: 0,
    tid: 20,
    ts: startNs / 1000,
    dur: 5,
    args: { correlation: startNs, ...args },
  });
  const group = { "Process Group Name": "7", "Process Group Description": "mesh_pp" };
  const named = { ...group, "Process Group Ranks": "[1, 3, 5]" };
  /** Rank 3 is in the middle: what comes from 1 goes to 5, and back. */
  const events = [
    kernel(0, "SendRecv", { ...named, "Src Rank": 1 }),
    kernel(10_000, "SendRecv", { ...named, "Dst Rank": 5 }),
    kernel(20_000, "SendRecv", { ...named, "Src Rank": 1 }),
    kernel(30_000, "SendRecv", { ...named, "Dst Rank": 5 }),
    kernel(40_000, "SendRecv", { ...named, "Src Rank": 5 }),
    kernel(50_000, "SendRecv", { ...named, "Dst Rank": 1 }),
    kernel(60_000, "AllReduce", { "Process Group Description": "mesh_dp", "Collective name": "allreduce" }),
    kernel(70_000, "SendRecv", { "Process Group Description": "mesh_ep", "Collective name": "alltoall" }),
  ];
  const trace = (traceEvents: readonly object[], info: object = { rank: 3 }) =>
    JSON.stringify({ schemaVersion: 1, distributedInfo: info, traceEvents });

  function listPhases(reader: RunReader): string[] {
    const spans = reader.readAllSpans();
    return Array.from(
      { length: spans.length },
      (_, row) =>
        `${spans.stage[row]} ${spans.batch[row]} ${["none", "forward", "backward"][spans.pass[row]]} ${PHASES[spans.phase[row]]}`,
    );
  }

  const expected = [
    "0 0 forward in",
    "0 0 forward out",
    "0 1 forward in",
    "0 1 forward out",
    "0 0 backward in",
    "0 0 backward out",
    "-1 -1 none sync",
    "-1 -1 none none",
  ];

  test("sends and receives of the pipeline's group are in and out, collectives of data parallelism sync", async () => {
    const { reader, report } = await importContent(trace(events));
    expect(listPhases(reader)).toEqual(expected);
    expect(report.recognisedBy).toEqual([
      { rule: "nccl-point-to-point", spans: 6 },
      { rule: "nccl-collective", spans: 1 },
    ]);
    expect(reader.lanes[0].rank).toBe(3);
  });

  test("the ranks of the group may stand in the trace's own list of groups", async () => {
    const short = events.map(({ args, ...event }) => ({
      ...event,
      args: { ...args, "Process Group Ranks": "[1, ...]" },
    }));
    const info = { rank: 3, pg_config: [{ pg_name: "7", pg_desc: "mesh_pp", ranks: [1, 3, 5] }] };
    const { reader } = await importContent(trace(short, info));
    expect(listPhases(reader)).toEqual(expected);
    expect(reader.lanes[0].rank).toBe(1);
  });

  test("a group that a person names is the pipeline's", async () => {
    const renamed = events.map(({ args, ...event }) => ({
      ...event,
      args: { ...args, ...("Process Group Name" in args ? { "Process Group Description": "stages" } : {}) },
    }));
    expect((await importContent(trace(renamed))).report.pipelineSpans).toBe(0);
    const { reader } = await importContent(trace(renamed), { pipelineGroup: "stages" });
    expect(listPhases(reader)).toEqual(expected);
  });

  test("without a group there is no pipeline, and no sync either", async () => {
    const loose = events.map(({ args, ...event }) => {
      const { "Process Group Description": description, ...rest } = args as Record<string, unknown>;
      return { ...event, args: description === "mesh_dp" ? args : rest };
    });
    const { report } = await importContent(trace(loose));
    expect(report.recognisedBy).toEqual([]);
    expect(report.pipelineSpans).toBe(0);
  });

  test("transfers whose ends the trace does not say are left out, and the report says so", async () => {
    const { report } = await importContent(trace(events, {}));
    expect(report.pipelineSpans).toBe(0);
    expect(report.repaired).toContain(
      "left 6 sends and receives of the pipeline out: the trace does not say between which ranks",
    );
  });

  test("beside annotations of transfers the kernels are not counted again", async () => {
    const content = JSON.parse(writeKineto(createJob(1), { ranks: [0], distributedInfo: { rank: 3 } })) as {
      traceEvents: object[];
    };
    const before = await importContent(JSON.stringify(content));
    const after = await importContent(
      JSON.stringify({ ...content, traceEvents: [...content.traceEvents, ...events.slice(0, 2)] }),
    );
    expect(before.report.pipelineSpans).toBeGreaterThan(0);
    expect(after.report.pipelineSpans).toBe(before.report.pipelineSpans);
  });
});
