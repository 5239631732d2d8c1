/**
 * Reads a Chrome trace export back with `JSON.parse`, by the rules in the header of main/common/chrome-trace.ts and nothing
 * else: what comes out of it, an importer can restore, too. Nesting (`depth`) is not restored here.
 */
import { laneId, nameId } from "#common/ids.ts";
import type { PipewaveObject } from "#common/chrome-trace.ts";
import { createSpanColumns, passCode, phaseCode } from "#common/model.ts";
import type { CounterSample, FlowPoint, Instant, Pass, Phase } from "#common/model.ts";
import { epochNs, ns } from "#common/units.ts";

import { createRun } from "../../../db/index.ts";
import { encodeTexts } from "../../db/random-run.ts";

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts: number;
  readonly dur: number;
  readonly s: "t" | "p" | "g";
  readonly id: string;
  readonly bp?: string;
}

interface Facts {
  readonly stage?: number;
  readonly batch?: number;
  readonly iteration?: number;
  readonly pass?: Pass;
  readonly phase?: Phase;
  readonly bareArgs?: true;
}

const FACTS = /,?"pipewave":(\{[^{}]*\})\}$/;

/** Text of an event's `args` as it stands in its line, which ends with it. */
function argsTextOf(line: string): string | undefined {
  const at = line.indexOf(',"args":');
  return at < 0 ? undefined : line.slice(at + ',"args":'.length, line.lastIndexOf("}"));
}

function takeApart(text: string | undefined): { own: string; facts: Facts } {
  const [member, factsText = "{}"] = FACTS.exec(text ?? "") ?? [];
  const facts = JSON.parse(factsText) as Facts;
  if (text === undefined) return { own: "", facts };
  if (facts.bareArgs === true) return { own: text.slice('{"$args":'.length, -(member ?? "").length), facts };
  const own = member === undefined ? text : `${text.slice(0, -(member ?? "").length)}}`;
  return { own: own === "{}" ? "" : own, facts };
}

const toNs = (us: number): ReturnType<typeof ns> => ns(Math.round(us * 1000));

/** Writes the run that `text`, an export, describes. */
export function restoreRun(text: string, file: string): void {
  const { pipewave } = JSON.parse(text) as { pipewave: PipewaveObject };
  const lines = text.split("\n").slice(1, -2);
  const events = lines.map((line) => ({
    line: line.replace(/,$/, ""),
    event: JSON.parse(line.replace(/,$/, "")) as Event,
  }));
  const nameOf = ({ name, cat }: Event): ReturnType<typeof nameId> =>
    nameId(pipewave.names.findIndex((known) => known.text === name && known.category === cat));
  const spans = events.filter(({ event }) => event.ph === "X");
  const columns = createSpanColumns(spans.length);
  const args = spans.map(({ line, event }, i) => {
    const { own, facts } = takeApart(argsTextOf(line));
    columns.lane[i] = event.tid ?? -1;
    columns.start[i] = toNs(event.ts);
    columns.duration[i] = toNs(event.dur);
    columns.name[i] = nameOf(event);
    columns.stage[i] = facts.stage ?? -1;
    columns.batch[i] = facts.batch ?? -1;
    columns.iteration[i] = facts.iteration ?? -1;
    columns.pass[i] = passCode(facts.pass ?? "none");
    columns.phase[i] = phaseCode(facts.phase ?? "none");
    return own;
  });
  const { originEpochNs, ...run } = pipewave.run;
  const extent =
    spans.length === 0
      ? {}
      : {
          extent: {
            startNs: ns(columns.start[0]),
            endNs: ns(columns.start.reduce((end, start, i) => Math.max(end, start + columns.duration[i]), -Infinity)),
          },
        };
  const origin = originEpochNs === undefined ? {} : { originEpochNs: epochNs(BigInt(originEpochNs)) };
  const writer = createRun(file);
  writer.setRun({ ...run, ...origin, ...extent });
  writer.addStages(pipewave.stages);
  writer.addEdges(pipewave.edges);
  writer.addLanes(pipewave.lanes);
  writer.addNames(pipewave.names.map((name, id) => ({ id: nameId(id), ...name })));
  writer.appendSpans(columns, encodeTexts(args));
  const scopes = { t: "thread", p: "process", g: "global" } as const;
  const steps = { s: "start", t: "step", f: "end" } as const;
  const moments = events.map(({ line, event }) => {
    const args = argsTextOf(line);
    const lane = event.tid === undefined ? {} : { lane: laneId(event.tid) };
    return { event, args, lane, at: event.ph === "M" ? ns(0) : toNs(event.ts) };
  });
  writer.addInstants(
    moments
      .filter(({ event }) => event.ph === "i")
      .map(({ event, at, lane, args }): Instant => ({
        at,
        ...lane,
        name: nameOf(event),
        scope: scopes[event.s],
        ...(args === undefined ? {} : { args }),
      })),
  );
  writer.addCounters(
    moments
      .filter(({ event }) => event.ph === "C")
      .flatMap(({ event, at, args }) =>
        Object.entries(JSON.parse(args ?? "{}") as Record<string, number>).map(([series, value]): CounterSample => ({
          at,
          process: pipewave.processes[event.pid],
          name: nameOf(event),
          series,
          value,
        })),
      ),
  );
  writer.addFlows(
    moments
      .filter(({ event }) => event.ph in steps)
      .map(({ event, at }): FlowPoint => ({
        at,
        lane: laneId(event.tid ?? -1),
        name: nameOf(event),
        flow: event.id,
        step: steps[event.ph as keyof typeof steps],
        binding: event.bp === "e" ? "enclosing" : "next",
      })),
  );
  writer.finish();
}
