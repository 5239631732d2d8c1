/** Instants, counters and flows of a run file, back into the collected traces of its files. They are not recognised. */
import type { RunReader } from "../../../../db/index.ts";
import { FLOW_NEXT, FLOW_STEPS, SCOPES } from "../moment-codes.ts";
import { stemOfTrace } from "../trace-name.ts";
import type { LanePlace, RunFile } from "./collected-file.ts";
import { UNSAID } from "./contract.ts";

const encoder = new TextEncoder();

export function collectMoments(
  reader: RunReader,
  { files, places }: { files: readonly RunFile[]; places: readonly LanePlace[] },
): void {
  /** In a run of several files processes and flows are called by their file first: that comes off. */
  const bare = ({ name }: RunFile, text: string) => (name === "" ? text : text.slice(stemOfTrace(name).length + 1));
  for (const { at, lane, name, scope, args = "" } of reader.instants()) {
    const { file, lane: place } = places[lane ?? 0];
    const bytes = encoder.encode(args);
    const address = bytes.length === 0 ? 0 : file.trace.arena.add(bytes, 0, bytes.length);
    const code = SCOPES.indexOf(scope);
    file.trace.instants.add(at, place, file.names[name].id, UNSAID, code, address, bytes.length);
    file.trace.tally.instants++;
  }
  for (const { at, process, name, series, value } of reader.counters()) {
    const file = files.find((one) => one.name !== "" && process.startsWith(`${stemOfTrace(one.name)}:`)) ?? files[0];
    const { trace, texts, names } = file;
    trace.counters.add(at, texts.add(bare(file, process)), names[name].id, texts.add(series), 0, value, 0);
    trace.tally.counters++;
  }
  for (const { at, lane, name, flow, step, binding } of reader.flows()) {
    const { file, lane: place } = places[lane];
    const { trace, texts, names } = file;
    const kind = FLOW_STEPS.indexOf(step) + (binding === "next" ? FLOW_NEXT : 0);
    trace.flows.add(at, place, names[name].id, texts.add(bare(file, flow)), kind, 0, 0);
    trace.tally.flows++;
  }
}
