/**
 * Arguments of the spans of a run file, as rules read them. What this product wrote itself keeps no arguments where the
 * columns say the same (chrome-trace/own-arguments.ts): there the columns speak. Damaged texts say nothing.
 */
import { NONE } from "#common/ids.ts";
import { OPS, PASSES, PHASES } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import type { RunReader } from "../../../../db/index.ts";

type Values = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder();
const OWN_RULES = new Set(["pipewave", "pipewave-sync"]);

export interface StoredArguments {
  /** Text of the arguments; empty for none. */
  textOf(index: number): Uint8Array;
  valuesOf(index: number): Values | undefined;
}

/** Reads the arguments of one chunk; entries are indexes in its columns. */
export function readArguments(reader: RunReader, chunk: number, columns: SpanColumns): StoredArguments {
  const { offsets, bytes } = reader.readChunkArgs(chunk);
  const isOwn = reader.importReport?.recognisedBy.some(({ rule }) => OWN_RULES.has(rule)) ?? true;
  const textOf = (index: number) => bytes.subarray(offsets[index], offsets[index + 1]);
  return {
    textOf,
    valuesOf(index) {
      const text = textOf(index);
      if (text.length > 0) return parse(text);
      return isOwn ? valuesOfColumns(reader, columns, index) : undefined;
    },
  };
}

function parse(text: Uint8Array): Values | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function valuesOfColumns({ stages, lanes }: RunReader, columns: SpanColumns, index: number): Values | undefined {
  const phase = PHASES[columns.phase[index]];
  if (phase === "none") return undefined;
  const stage = columns.stage[index];
  const { rank, replica } = lanes[columns.lane[index]];
  const known = {
    stage: stage === NONE ? undefined : stages[stage].ordinal,
    op: stage === NONE ? undefined : OPS.find((op) => op === stages[stage].op),
    batch: columns.batch[index] === NONE ? undefined : columns.batch[index],
    iteration: columns.iteration[index] === NONE ? undefined : columns.iteration[index],
    pass: PASSES[columns.pass[index]],
    phase,
    rank,
    replica,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}
