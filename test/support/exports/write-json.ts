/** A synthetic job as Chrome Trace Event JSON of its device work, and as a Kineto trace of its hosts and devices. */
import { deviceTimeOf } from "./synthetic-job.ts";
import type { Operation, SyntheticJob } from "./synthetic-job.ts";

const EPOCH_NS = 1_751_410_836_000_000_000n;

/** µs with the ns behind the point, exactly. */
const us = (ns: number): string => `${Math.floor(ns / 1000)}.${String(ns % 1000).padStart(3, "0")}`;

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number | string;
  readonly tid: number | string;
  readonly startNs: number;
  readonly durationNs?: number;
  readonly args?: object;
  readonly more?: object;
}

function line({ startNs, durationNs, args, more, ...event }: Event): string {
  const rest = JSON.stringify({ ...event, ...more, ...(args === undefined ? {} : { args }) }).slice(1);
  const duration = durationNs === undefined ? "" : `"dur":${us(durationNs)},`;
  return `{"ts":${us(startNs)},${duration}${rest}`;
}

/** Device work with Pipewave's own arguments: what a capture of the job would say. */
export function writeChromeJson(job: SyntheticJob): string {
  const events = job.actions.map((action) => {
    const { startNs, endNs } = deviceTimeOf(action);
    const { name, rank, stage, batch, iteration, pass, phase } = action;
    const args = { stage, batch, iteration, pass, phase, rank, replica: 0 };
    return line({ ph: "X", name, pid: rank, tid: phase, startNs, durationNs: endNs - startNs, args });
  });
  return `{"traceEvents":[\n${events.join(",\n")}\n]}`;
}

interface KinetoOptions {
  /** How the host's calls and the device's operations find each other. */
  readonly link?: "correlation" | "arrows";
  /** Writes the device's view of the annotations, as far as the annotating thread launched the work. */
  readonly deviceAnnotations?: "none" | "own thread" | "whole";
  readonly year?: 2021 | 2025;
  /** Only the ranks listed; all in one file when left out. */
  readonly ranks?: readonly number[];
  readonly distributedInfo?: object;
}

const HOST_OF_RANK = 4_000;
const HELPER = 900;

export function writeKineto(job: SyntheticJob, options: KinetoOptions = {}): string {
  const { link = "correlation", deviceAnnotations = "none", year = 2025, distributedInfo } = options;
  const isOld = year === 2021;
  const categories = isOld
    ? { call: "Runtime", kernel: "Kernel", arrow: "async" }
    : { call: "cuda_runtime", kernel: "kernel", arrow: "ac2g" };
  const lines: string[] = [];
  let correlation = 100;
  let external = 1;
  const has = (rank: number) => options.ranks?.includes(rank) ?? true;
  const stream = (number: number) => (isOld ? `stream ${number}` : number);

  function addOperation(rank: number, { name, ...operation }: Operation): void {
    correlation++;
    const { launchNs, launchDurationNs, fromHelper, startNs, endNs } = operation;
    const pid = HOST_OF_RANK + rank;
    const tid = fromHelper ? HELPER : pid;
    const args = link === "correlation" ? { cbid: 211, correlation } : { cbid: 211 };
    const call = { cat: categories.call, name: "cudaLaunchKernel", pid, tid };
    lines.push(line({ ph: "X", ...call, startNs: launchNs, durationNs: launchDurationNs, args }));
    const place = { pid: rank, tid: stream(operation.stream) };
    const kernel = { cat: categories.kernel, name, ...place };
    lines.push(
      line({
        ph: "X",
        ...kernel,
        startNs,
        durationNs: endNs - startNs,
        args: { device: rank, stream: operation.stream, ...(link === "correlation" ? { correlation } : {}) },
      }),
    );
    const arrow = { cat: categories.arrow, name: categories.arrow, more: { id: correlation } };
    lines.push(line({ ph: "s", ...arrow, pid, tid, startNs: launchNs }));
    lines.push(line({ ph: "f", ...arrow, ...place, startNs, more: { id: correlation, bp: "e" } }));
  }

  for (const action of job.actions.filter(({ rank }) => has(rank))) {
    const { rank, name, hostStartNs, hostEndNs, operations } = action;
    const args = { "External id": ++external, "Ev Idx": external };
    const host = { cat: "user_annotation", name, pid: HOST_OF_RANK + rank, tid: HOST_OF_RANK + rank };
    lines.push(line({ ph: "X", ...host, startNs: hostStartNs, durationNs: hostEndNs - hostStartNs, args }));
    for (const operation of operations) addOperation(rank, operation);
    const known = operations.filter(({ fromHelper }) => deviceAnnotations === "whole" || !fromHelper);
    if (deviceAnnotations === "none" || known.length === 0) continue;
    const startNs = Math.min(...known.map((operation) => operation.startNs)) - 1;
    const endNs = Math.max(...known.map((operation) => operation.endNs)) + 1;
    const device = { cat: "gpu_user_annotation", name, pid: rank, tid: stream(operations[0].stream) };
    const id = { "External id": external };
    lines.push(line({ ph: "X", ...device, startNs, durationNs: endNs - startNs, args: id }));
  }
  for (const { rank, iteration, hostStartNs, hostEndNs } of job.iterations.filter(({ rank: of }) => has(of))) {
    const host = { cat: "user_annotation", pid: HOST_OF_RANK + rank, tid: HOST_OF_RANK + rank };
    const name = `ProfilerStep#${iteration}`;
    lines.push(line({ ph: "X", ...host, name, startNs: hostStartNs, durationNs: hostEndNs - hostStartNs }));
  }
  for (const { rank, ...stray } of job.strays.filter(({ rank: of }) => has(of))) addOperation(rank, stray);
  const info = distributedInfo === undefined ? "" : `"distributedInfo":${JSON.stringify(distributedInfo)},`;
  return `{"schemaVersion":1,"deviceProperties":[{"id":0,"name":"Some GPU"}],${info}"traceEvents":[\n${lines.join(",\n")}\n],"baseTimeNanoseconds":${EPOCH_NS}}`;
}
