/**
 * Finds the call that launched each GPU operation: by equal `correlation` of runtime and operation (REFERENCE §4), else by
 * the flow arrow between them (`ac2g`, in 2021 `async`). Reads what was collected; changes nothing.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import { FLOW_NEXT } from "../moment-codes.ts";
import type { Links } from "../projection/project-ranges.ts";

const OPERATION = /^(?:kernel|gpu_memcpy|gpu_memset|Kernel|Memcpy|Memset)$/;
const CALL = /^(?:(?:cuda|hip|xpu|mtia|privateuse1)_(?:runtime|driver)|Runtime)$/;
const ARROW = /^(?:ac2g|async|async_gpu)$/;

const IS_OPERATION = 1;
const IS_CALL = 2;

/** Of the calls with one correlation the first counts: a driver call may lie inside the runtime's. */
export function linkOperations(trace: CollectedTrace): Links {
  const { spans } = trace;
  const kinds = kindsOfNames(trace);
  const calls = new Map<number, number>();
  const operations: number[] = [];
  for (let row = 0; row < spans.length; row++) {
    const kind = kinds[spans.name[row]];
    if (kind === IS_OPERATION && spans.duration[row] >= 0) operations.push(row);
    else if (kind === IS_CALL) {
      const correlation = numberInArgs(trace, row, CORRELATION);
      if (correlation === undefined) continue;
      const known = calls.get(correlation);
      if (known === undefined || spans.start[row] < spans.start[known]) calls.set(correlation, row);
    }
  }
  const links = { lane: [] as number[], at: [] as number[], operation: [] as number[] };
  const loose: number[] = [];
  for (const operation of operations) {
    const correlation = numberInArgs(trace, operation, CORRELATION);
    const call = correlation === undefined ? undefined : calls.get(correlation);
    if (call === undefined) {
      loose.push(operation);
      continue;
    }
    links.lane.push(spans.lane[call]);
    links.at.push(spans.start[call]);
    links.operation.push(operation);
  }
  if (loose.length > 0) linkByArrows(trace, loose, links);
  return links;
}

function kindsOfNames(trace: CollectedTrace): Uint8Array {
  return Uint8Array.from({ length: trace.names.size }, (_, name) => {
    const category = trace.categoryOf(name) ?? "";
    return OPERATION.test(category) ? IS_OPERATION : CALL.test(category) ? IS_CALL : 0;
  });
}

function linkByArrows(
  trace: CollectedTrace,
  loose: readonly number[],
  links: { lane: number[]; at: number[]; operation: number[] },
): void {
  const { spans, flows } = trace;
  const begins = new Map<number, number>();
  const ends = new Map<string, number>();
  for (let point = 0; point < flows.length; point++) {
    if (!ARROW.test(trace.categoryOf(flows.name[point]) ?? "")) continue;
    if (flows.kind[point] % FLOW_NEXT === 0) begins.set(flows.key[point], point);
    else ends.set(`${flows.place[point]} ${flows.at[point]}`, flows.key[point]);
  }
  for (const operation of loose) {
    const id = ends.get(`${spans.lane[operation]} ${spans.start[operation]}`);
    const begin = id === undefined ? undefined : begins.get(id);
    if (begin === undefined) continue;
    links.lane.push(flows.place[begin]);
    links.at.push(flows.at[begin]);
    links.operation.push(operation);
  }
}

const encoder = new TextEncoder();
const CORRELATION = encoder.encode('"correlation"');
export const EXTERNAL_ID = encoder.encode('"External id"');

/**
 * Whole number that stands behind a key (with its quotes) in the arguments of a row: what profilers write hundreds of
 * thousands of times, read without parsing the rest.
 */
export function numberInArgs({ spans, arena }: CollectedTrace, row: number, key: Uint8Array): number | undefined {
  const length = spans.argsLength[row];
  if (length === 0) return undefined;
  const bytes = arena.view(spans.argsAt[row], length);
  let at = endOfKey(bytes, key);
  if (at < 0) return undefined;
  while (isSpaceOrColon(bytes[at])) at++;
  let value = 0;
  let digits = 0;
  for (; bytes[at] >= 48 && bytes[at] <= 57; at++, digits++) value = value * 10 + bytes[at] - 48;
  return digits === 0 || value > Number.MAX_SAFE_INTEGER ? undefined : value;
}

/** Place behind the first occurrence of a key, -1 without one. By hand: the texts are short, and there are very many. */
function endOfKey(bytes: Uint8Array, key: Uint8Array): number {
  const first = key[1];
  for (let at = 1; at <= bytes.length - key.length + 1; at++) {
    if (bytes[at] !== first || bytes[at - 1] !== QUOTE) continue;
    let matched = 2;
    while (matched < key.length && bytes[at - 1 + matched] === key[matched]) matched++;
    if (matched === key.length) return at - 1 + matched;
  }
  return -1;
}

const QUOTE = 34;

const isSpaceOrColon = (byte: number | undefined): boolean =>
  byte === 32 || byte === 58 || byte === 9 || byte === 10 || byte === 13;
