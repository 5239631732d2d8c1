/** Metadata events (ph M): names, labels and sort order of processes and threads. Repeated ones are the same again. */
import type { CollectedTrace, Described } from "../collected-trace.ts";
import { UNSAID } from "../recognise/contract.ts";
import { listPairs } from "./args-text.ts";
import type { EventFields } from "./event-fields.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function readMetadata(trace: CollectedTrace, fields: EventFields, bytes: Uint8Array): void {
  if (fields.name === UNSAID || fields.argsTo <= fields.argsFrom + 2) return;
  const { texts } = trace;
  const what = texts.text(fields.name);
  const isThread = what.startsWith("thread_");
  if (!isThread && !what.startsWith("process_")) return;
  const process = textOf(trace, fields.process);
  const described = isThread
    ? describe(trace.threads, trace.threadKey(process, textOf(trace, fields.thread)))
    : describe(trace.processes, process);
  const args = decoder.decode(bytes.subarray(fields.argsFrom, fields.argsTo));
  if (!args.startsWith("{")) return;
  const pairs = listPairs(args);
  const field = (key: string) => pairs.get(`"${key}"`);
  if (what.endsWith("_name")) described.name = plainText(field("name")) ?? described.name;
  else if (what.endsWith("_labels")) described.labels = plainText(field("labels")) ?? described.labels;
  else if (what.endsWith("_sort_index")) {
    const index = Number(plainText(field("sort_index")));
    if (Number.isFinite(index)) described.sortIndex = index;
  }
}

function textOf(trace: CollectedTrace, text: number): string {
  return text === UNSAID ? "" : trace.texts.text(text);
}

function describe(table: Map<string, Described>, key: string): Described {
  let described = table.get(key);
  if (described === undefined) table.set(key, (described = {}));
  return described;
}

/** Text of a JSON text or number; undefined for anything else. */
function plainText(value: string | undefined): string | undefined {
  if (value === undefined || value === "null" || /^[[{]/.test(value)) return undefined;
  return value.startsWith('"') ? (JSON.parse(value) as string).toWellFormed() : value;
}
