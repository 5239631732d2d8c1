/**
 * Reads from a run file what the analysis needs: the small tables and span columns, without arguments. All spans of a run
 * that is small enough; of a larger one those of a scope, so that memory follows the scope and not the run.
 */
import { AppError } from "#common/errors.ts";
import { createSpanColumns, SPAN_COLUMNS } from "#common/model.ts";
import type { FlowPoint, SpanColumns } from "#common/model.ts";
import type { Scope } from "#common/report.ts";

import type { RunReader } from "../../../db/index.ts";
import { countNames } from "./no-pipeline.ts";
import { chooseWindow, nameWindows } from "./windows.ts";
import type { Survey, SurveyedInput } from "./windows.ts";

/** All spans of such a run take 80 MB. */
const MOST_SPANS_AT_ONCE = 2_000_000;
/** A scope of more would take more than a laptop has to spare: 39 bytes a span, and as much again for the analysis. */
const MOST_SPANS_OF_SCOPE = 20_000_000;

/** Traces with more arrows draw them between launches and kernels, not between stages; reading them would take seconds. */
const MOST_FLOWS = 200_000;

function readFlows(reader: RunReader): { readonly flows?: readonly FlowPoint[] } {
  const count = reader.importReport?.events.flows ?? 0;
  return count === 0 || count > MOST_FLOWS ? {} : { flows: reader.flows() };
}

/** 10 M spans take about 400 MB: callers that must stay small give a scope. */
export function loadAnalysisInput(reader: RunReader): SurveyedInput {
  const { run, lanes, stages, names } = reader;
  return { run, spans: reader.readAllSpans(), lanes, stages, names, ...readFlows(reader) };
}

/** All spans, and of a large run the survey that its file keeps: finding it in the spans would take seconds. */
export function loadComparedInput(reader: RunReader): SurveyedInput {
  const input = loadAnalysisInput(reader);
  return reader.spanCount <= MOST_SPANS_AT_ONCE ? input : { ...input, survey: surveyFile(reader).survey };
}

/**
 * What the report of a scope needs; what is not given of the scope is chosen as there.
 * @param limits others only in tests
 * @throws AppError unknown-scope; too-large where the scope itself has more spans than can be held
 */
export function loadScopeInput(
  reader: RunReader,
  scope: Partial<Scope> = {},
  { atOnce = MOST_SPANS_AT_ONCE, ofScope = MOST_SPANS_OF_SCOPE }: { atOnce?: number; ofScope?: number } = {},
): SurveyedInput {
  if (reader.spanCount <= atOnce) return loadAnalysisInput(reader);
  const { run, lanes, stages, names } = reader;
  const tables = { run, lanes, stages, names, ...readFlows(reader) };
  const { survey, work } = surveyFile(reader);
  if (survey.windows.length === 0) {
    const nameCounts = new Float64Array(names.length);
    for (const { index } of reader.chunks) countNames({ spans: reader.readChunk(index), names }, nameCounts);
    return { ...tables, survey, nameCounts, spans: createSpanColumns(0) };
  }
  const window = chooseWindow(survey.windows, scope);
  const of = work.find(({ iteration, replica }) => iteration === window.iteration && replica === window.replica);
  return { ...tables, survey, ...readWork(reader, of ?? window, ofScope) };
}

/** From what the file keeps beside its spans: the same as `surveyRun` finds by reading them all. */
function surveyFile(reader: RunReader): { survey: Survey; work: Survey["windows"] } {
  const { run, stages, chunks, spanCount: spans, pipelineSpanCount: pipelineSpans } = reader;
  const found = reader.computeWindows();
  const { hasIterations, counts } = found;
  const windows = nameWindows(found);
  const warmUps = new Set(windows.filter(({ warmUp }) => warmUp).map(({ iteration }) => iteration));
  const endNs = chunks.reduce((last, { maxEnd }) => Math.max(last, maxEnd), -Infinity);
  return {
    survey: {
      summary: {
        name: run.name,
        kind: run.kind,
        spans,
        pipelineSpans,
        stages: stages.length,
        ...counts,
        iterations: hasIterations ? counts.iterations : Math.min(1, pipelineSpans),
        warmUpIterations: [...warmUps].sort((a, b) => a - b),
      },
      extentNs: spans === 0 ? 0 : endNs - chunks[0].minStart,
      windows,
      hasIterations,
    },
    work: nameWindows({ windows: found.work, hasIterations }),
  };
}

/** Spans of the replica that touch the time in which the work of its iteration lies. */
function readWork(
  reader: RunReader,
  { replica, startNs, endNs }: { readonly replica: number; readonly startNs: number; readonly endNs: number },
  most: number,
): { spans: SpanColumns; ids: Float64Array } {
  const replicaOf = Int32Array.from(reader.lanes, (lane) => lane.replica ?? 0);
  const pieces: { columns: SpanColumns; kept: number[]; firstSpan: number }[] = [];
  let length = 0;
  for (const { index, firstSpan } of reader.chunksBetween({ fromNs: startNs, toNs: endNs + 1 })) {
    const columns = reader.readChunk(index);
    const kept: number[] = [];
    for (let i = 0; i < columns.length && columns.start[i] <= endNs; i += 1) {
      const isTouching = columns.start[i] + columns.duration[i] >= startNs;
      if (isTouching && replicaOf[columns.lane[i]] === replica) kept.push(i);
    }
    length += kept.length;
    if (length > most) throw tooLarge(reader, most);
    if (kept.length > 0) pieces.push({ columns, kept, firstSpan });
  }
  const spans = createSpanColumns(length);
  const ids = new Float64Array(length);
  let at = 0;
  for (const { columns, kept, firstSpan } of pieces) {
    for (const name of SPAN_COLUMNS) {
      const [into, source] = [spans[name], columns[name]];
      for (let i = 0; i < kept.length; i += 1) into[at + i] = source[kept[i]];
    }
    for (let i = 0; i < kept.length; i += 1) ids[at + i] = firstSpan + kept[i];
    at += kept.length;
  }
  return { spans, ids };
}

function tooLarge({ path, spanCount }: RunReader, most: number): AppError {
  return new AppError({
    code: "too-large",
    what: `the iteration has more than ${most} of the run's ${spanCount} spans, too many for a report`,
    where: { file: path },
    todo: "look at the wavefront, which draws runs of any size, or ask with SQL",
  });
}
