/**
 * Pipeline annotations of a Kineto trace as device time. Where the profiler wrote the device's view of them itself
 * (`gpu_user_annotation`) and it agrees with the work that was launched, that is used; where it leaves work out (it knows
 * only what the annotating thread launched), the launched work is. Either way each annotation counts once.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import { UNSAID } from "../recognise/contract.ts";
import { placeProjections, projectRanges } from "../projection/project-ranges.ts";
import type { Projection } from "../projection/project-ranges.ts";
import { EXTERNAL_ID, linkOperations, numberInArgs } from "./link-operations.ts";

const DEVICE_ANNOTATION = "gpu_user_annotation";

/**
 * Kineto writes its device annotations wider than the work by a unit of its clock, so that they enclose it when drawn: 1 ns
 * today, up to 1 µs in older files [seen].
 */
const WIDER_NS = 1_000;

export function projectAnnotations(trace: CollectedTrace): void {
  const { spans, recogniser, tally } = trace;
  const isOnDevice = (row: number) => trace.categoryOf(spans.name[row]) === DEVICE_ANNOTATION;
  const given: number[] = [];
  const onHost: number[] = [];
  for (let row = 0; row < spans.length; row++) {
    const rule = spans.recognised.rule(row);
    if (rule >= 0 && !recogniser.traits[rule].mark) (isOnDevice(row) ? given : onHost).push(row);
  }
  if (given.length === 0 && onHost.length === 0) return;
  const projections = projectRanges(trace, linkOperations(trace), (row) => !isOnDevice(row));
  if (projections.projected.length === 0) {
    forgetHostsOf(trace, given, onHost);
    return;
  }
  if (given.length === 0) {
    placeProjections(trace, projections);
    return;
  }
  const match = matchGiven(trace, given);
  const pairs = projections.projected.map((projection) => ({ projection, rows: match(projection) }));
  const differing = pairs.filter(({ projection, rows }) => !agrees(trace, projection, rows));
  if (differing.length === 0) {
    for (const { projection, rows } of pairs) {
      spans.recognised.takeBack(projection.range);
      const [row] = rows;
      if (spans.recognised.iteration(row) === UNSAID) spans.recognised.setIteration(row, projection.iteration);
    }
    tally.repair(
      "checked {n} device annotations of the trace against the work that was launched: all agree",
      pairs.length,
    );
    placeProjections(trace, { projected: [], idle: projections.idle });
    return;
  }
  for (const { rows } of pairs) for (const row of rows) spans.recognised.takeBack(row);
  const missing = pairs.filter(({ rows }) => rows.length === 0).length;
  tally.repair(
    `took the work that was launched instead of the trace's device annotations: {n} of ${pairs.length} differ` +
      (missing === 0 ? ", because other threads launched work, too" : `, and ${missing} are not there`),
    differing.length,
  );
  placeProjections(trace, projections);
}

/** Without links the device's own view is all there is; the host's ranges of the same names would count twice. */
function forgetHostsOf({ spans, names }: CollectedTrace, given: readonly number[], onHost: readonly number[]): void {
  const known = new Set(given.map((row) => names.first[spans.name[row]]));
  for (const row of onHost) if (known.has(names.first[spans.name[row]])) spans.recognised.takeBack(row);
}

/** Device annotations of a range: the same name on the same device with the same external id, else the next of that name. */
function matchGiven(trace: CollectedTrace, given: readonly number[]): (projection: Projection) => readonly number[] {
  const { spans, lanes, names } = trace;
  const keyOf = (row: number, device: number) => `${names.first[spans.name[row]]} ${device}`;
  const keyOfGiven = (row: number) => keyOf(row, lanes.first[spans.lane[row]]);
  const inOrder = Map.groupBy(given, keyOfGiven);
  const byId = Map.groupBy(given, (row) => `${keyOfGiven(row)} ${numberInArgs(trace, row, EXTERNAL_ID) ?? "-"}`);
  const next = new Map<string, number>();
  return ({ range, device }) => {
    const key = keyOf(range, device);
    const external = numberInArgs(trace, range, EXTERNAL_ID);
    const known = external === undefined ? undefined : byId.get(`${key} ${external}`);
    if (known !== undefined) return known;
    const place = next.get(key) ?? 0;
    next.set(key, place + 1);
    const row = inOrder.get(key)?.at(place);
    const saysAnother =
      row !== undefined && external !== undefined && numberInArgs(trace, row, EXTERNAL_ID) !== undefined;
    return row === undefined || saysAnother ? [] : [row];
  };
}

function agrees({ spans }: CollectedTrace, { startNs, endNs }: Projection, rows: readonly number[]): boolean {
  if (rows.length !== 1) return false;
  const [row] = rows;
  const end = spans.start[row] + spans.duration[row];
  return Math.abs(spans.start[row] - startNs) <= WIDER_NS && Math.abs(end - endNs) <= WIDER_NS;
}
