/**
 * Small pipelines whose every span is known to the test: a stage a rank, batches one after the other, a stage starts when its
 * input is there and it is free. As Chrome Trace Event JSON with the arguments of Pipewave's own runner.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";

export interface KnownSpan {
  readonly iteration: number;
  readonly stage: number;
  readonly batch: number;
  readonly startUs: number;
  readonly endUs: number;
}

export function createPipeline({
  stagesUs,
  batches,
  iterations = 1,
}: {
  /** Time of every stage. */
  stagesUs: readonly number[];
  /** Of each iteration; the next one starts when all of this one is done. */
  batches: number;
  iterations?: number;
}): readonly KnownSpan[] {
  const spans: KnownSpan[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const firstUs = spans.at(-1)?.endUs ?? 0;
    const freeUs = stagesUs.map(() => firstUs);
    for (let batch = 0; batch < batches; batch++) {
      let readyUs = firstUs;
      for (const [stage, lengthUs] of stagesUs.entries()) {
        const startUs = Math.max(readyUs, freeUs[stage] ?? 0);
        readyUs = startUs + lengthUs;
        freeUs[stage] = readyUs;
        spans.push({ iteration, stage, batch, startUs, endUs: readyUs });
      }
    }
  }
  return spans;
}

export function pipelineTrace(spans: readonly KnownSpan[]): string {
  const traceEvents = spans.map(({ iteration, stage, batch, startUs, endUs }) => ({
    name: `block ${stage}`,
    ph: "X",
    pid: stage,
    tid: 0,
    ts: startUs,
    dur: endUs - startUs,
    args: { rank: stage, stage, batch, phase: "compute", op: "conv", pass: "forward", iteration },
  }));
  return JSON.stringify({ traceEvents });
}

/** Writes pipelines as trace files of their names; gives the paths. */
export function writePipelines(folder: string, pipelines: Readonly<Record<string, readonly KnownSpan[]>>): string[] {
  return Object.entries(pipelines).map(([name, spans]) => {
    const file = path.join(folder, `${name}.json`);
    writeFileSync(file, pipelineTrace(spans));
    return file;
  });
}

export const makespanUs = (spans: readonly KnownSpan[]): number => Math.max(...spans.map(({ endUs }) => endUs));
