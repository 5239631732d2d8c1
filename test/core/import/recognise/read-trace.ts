/**
 * Runs spans through recogniser, resolver and numberer and gives them as plain objects, so that tests of this folder can be
 * read without columns. A naive reader of Chrome events stands in for the importer: it is not the importer under test.
 */
import { OPS, PASSES, PHASES, createSpanColumns } from "#common/model.ts";
import type { Pass, Phase, Stage } from "#common/model.ts";

import {
  SLOT_ABSENT,
  SLOT_NULL,
  SLOT_NUMBER,
  SLOT_OTHER,
  SLOT_TEXT,
} from "../../../../main/core/import/recognise/contract.ts";
import type { RawLane, Recognised, ResolvedPipeline } from "../../../../main/core/import/recognise/contract.ts";
import { createRecogniser } from "../../../../main/core/import/recognise/recogniser.ts";
import { resolvePipeline } from "../../../../main/core/import/recognise/resolve.ts";
import { RecognisedSpans } from "../../../../main/core/import/recognise/recognised-spans.ts";
import type { Rule } from "../../../../main/core/import/recognise/rule.ts";
import { BUILT_IN_RULES } from "../../../../main/core/import/recognise/rules.ts";

export type Args = Readonly<Record<string, unknown>>;

/** One finished span as a trace tells it; times in any one unit. */
export interface TraceSpan {
  readonly name: string;
  readonly category?: string;
  readonly args?: Args;
  /** Index in the lanes; 0 without one. */
  readonly lane?: number;
  readonly start?: number;
  readonly end?: number;
}

/** A span after numbering: only what is known. */
export interface NumberedSpan {
  readonly name: string;
  readonly lane: number;
  readonly start: number;
  readonly stage?: number;
  readonly batch?: number;
  readonly iteration?: number;
  readonly pass: Pass;
  readonly phase: Phase;
}

export interface ReadTrace {
  readonly spans: readonly NumberedSpan[];
  readonly stages: readonly Stage[];
  readonly pipeline: ResolvedPipeline;
  readonly pipelineSpans: number;
  /** Only rules that recognised something. */
  readonly spansByRule: Readonly<Record<string, number>>;
}

/** Recogniser with a text table of its own. */
export function createRecognition(rules: readonly Rule[] = BUILT_IN_RULES) {
  const table: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, table.length);
    return table.push(text) - 1;
  };
  const recogniser = createRecogniser({ rules, texts: { text: (id) => table[id] } });
  const slots = { kind: new Uint8Array(recogniser.argKeys.length), value: new Float64Array(recogniser.argKeys.length) };
  const out: Recognised[] = [];
  return {
    recogniser,
    idOf,
    /** The actions that were found; entries are overwritten by the next call. */
    recognise({ name, category, args = {} }: TraceSpan): readonly Recognised[] {
      recogniser.argKeys.forEach((key, slot) => {
        const value = args[key];
        if (value === undefined) slots.kind[slot] = SLOT_ABSENT;
        else if (value === null) slots.kind[slot] = SLOT_NULL;
        else if (typeof value === "number") {
          slots.kind[slot] = SLOT_NUMBER;
          slots.value[slot] = value;
        } else if (typeof value === "string") {
          slots.kind[slot] = SLOT_TEXT;
          slots.value[slot] = idOf(value);
        } else slots.kind[slot] = SLOT_OTHER;
      });
      const actions = recogniser.recognise(idOf(name), category === undefined ? -1 : idOf(category), slots, out);
      return out.slice(0, actions);
    },
  };
}

/** What one event says, in words and without what it does not say. */
export function describeActions(span: TraceSpan, rules?: readonly Rule[]): readonly Record<string, unknown>[] {
  const { recogniser, recognise } = createRecognition(rules);
  const passes = [...PASSES, "undecided", "recompute"];
  return recognise(span).map(({ rule, pass, phase, op, ...numbers }) => ({
    rule: recogniser.ruleNames[rule],
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== -1)),
    ...(pass === 0 ? {} : { pass: passes[pass] }),
    ...(phase === 0 ? {} : { phase: PHASES[phase] }),
    ...(op === -1 ? {} : { op: OPS[op] }),
  }));
}

const ONE_LANE: readonly RawLane[] = [{ process: "0", thread: "0", file: "unknown" }];

/** Reads spans in the order given; those of a fused event become one span an action. */
export function readTrace(
  spans: readonly TraceSpan[],
  { lanes = ONE_LANE, rules }: { lanes?: readonly RawLane[]; rules?: readonly Rule[] } = {},
): ReadTrace {
  const { recogniser, recognise, idOf } = createRecognition(rules);
  const rows = spans.flatMap((span, position) => {
    const actions = recognise(span).map((said) => ({ ...said }));
    const { lane = 0, start = position, end = start + 1 } = span;
    return (actions.length === 0 ? [undefined] : actions).map((said) => ({ name: span.name, lane, start, end, said }));
  });
  const recognised = new RecognisedSpans(rows.length);
  rows.forEach(({ said }, row) => {
    if (said !== undefined) recognised.set(row, said);
  });
  const pipeline = resolvePipeline({
    recogniser,
    lanes,
    length: rows.length,
    lane: Int32Array.from(rows, ({ lane }) => lane),
    start: Float64Array.from(rows, ({ start }) => start),
    recognised,
  });
  const order = Uint32Array.from(
    rows
      .keys()
      .toArray()
      .toSorted(
        (a, b) => rows[a].start - rows[b].start || rows[a].lane - rows[b].lane || rows[b].end - rows[a].end || a - b,
      ),
  );
  const columns = createSpanColumns(rows.length);
  order.forEach((row, i) => {
    columns.start[i] = rows[row].start;
    columns.duration[i] = rows[row].end - rows[row].start;
    columns.name[i] = idOf(rows[row].name);
  });
  const numberer = pipeline.createNumberer();
  numberer.number(order, columns);
  return {
    spans: Array.from(order, (row, i) => ({
      name: rows[row].name,
      lane: rows[row].lane,
      start: rows[row].start,
      ...(columns.stage[i] < 0 ? {} : { stage: columns.stage[i] }),
      ...(columns.batch[i] < 0 ? {} : { batch: columns.batch[i] }),
      ...(columns.iteration[i] < 0 ? {} : { iteration: columns.iteration[i] }),
      pass: PASSES[columns.pass[i]],
      phase: PHASES[columns.phase[i]],
    })),
    stages: pipeline.stages,
    pipeline,
    pipelineSpans: numberer.pipelineSpans,
    spansByRule: Object.fromEntries(
      recogniser.ruleNames.flatMap((name, rule) =>
        numberer.spansByRule[rule] > 0 ? [[name, numberer.spansByRule[rule]] as const] : [],
      ),
    ),
  };
}
