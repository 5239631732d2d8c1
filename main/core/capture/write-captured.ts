/**
 * Where a captured run goes: a run file, or a trace that any viewer opens. The target is checked before the capture begins,
 * appears whole or not at all, and is never replaced unless told so.
 */
import type { CapturedRun } from "#common/captured-run.ts";
import { writeCapturedTrace } from "#common/captured-trace.ts";
import { AppError } from "#common/errors.ts";

import { createRun, type RunWriter, type SpanArgs } from "../../../db/index.ts";
import { createOutputFile } from "../export/output.ts";

export interface CaptureOutput {
  write(captured: CapturedRun): Promise<void>;
  /** Leaves nothing behind; does nothing after `write`. */
  abort(): Promise<void>;
}

/** @throws AppError invalid-argument for a name that says no format, file-exists, write-failed */
export function openCaptureOutput(out: string, { replace }: { replace: boolean }): CaptureOutput {
  if (out.endsWith(".pipewave")) return openRunFile(createRun(out, { replace }));
  if (/\.json(\.gz)?$/u.test(out)) return openTrace(out, { replace });
  throw new AppError({
    code: "invalid-argument",
    what: `"${out}" does not say what to write`,
    todo: "name a run file (*.pipewave) or a trace (*.json, *.json.gz)",
  });
}

function openRunFile(writer: RunWriter): CaptureOutput {
  return {
    write(captured) {
      writeCapturedRun(writer, captured);
      return Promise.resolve();
    },
    abort() {
      writer.abort();
      return Promise.resolve();
    },
  };
}

function writeCapturedRun(writer: RunWriter, captured: CapturedRun): void {
  writer.setRun(captured.run);
  writer.addStages(captured.stages);
  writer.addEdges(captured.edges);
  writer.addLanes(captured.lanes);
  writer.addNames(captured.names);
  writer.appendSpans(captured.columns, encodeArgs(captured.args));
  writer.finish();
}

function encodeArgs(texts: readonly (string | undefined)[]): SpanArgs {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text ?? ""));
  const offsets = new Uint32Array(parts.length + 1);
  for (const [i, part] of parts.entries()) offsets[i + 1] = offsets[i] + part.length;
  const bytes = new Uint8Array(offsets[parts.length]);
  for (const [i, part] of parts.entries()) bytes.set(part, offsets[i]);
  return { offsets, bytes };
}

function openTrace(out: string, { replace }: { replace: boolean }): CaptureOutput {
  const output = createOutputFile(out, { replace });
  let isWritten = false;
  return {
    async write(captured) {
      const pieces: string[] = [];
      writeCapturedTrace(captured, (text) => pieces.push(text));
      for (const piece of pieces) await output.write(piece);
      await output.finish();
      isWritten = true;
    },
    async abort() {
      if (!isWritten) await output.abort();
    },
  };
}
