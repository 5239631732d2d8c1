/** Coverage: what rules recognised, with examples, and which names are left. */
import { expect, test } from "vitest";

import type { RecognisedColumns } from "../../../../main/core/import/recognise/contract.ts";
import { listRecognisedBy, measureCoverage } from "../../../../main/core/import/recognise/coverage.ts";
import { createRecognition } from "./read-trace.ts";

const NAMES = ["gemm", "PP:0F0", "gemm", "PP:0F0", "PP:1SEND_F0", "copy", "gemm", "ProfilerStep#3"];

function recogniseNames(names: readonly string[]) {
  const { recogniser, recognise, idOf } = createRecognition();
  const said = names.map((name) => recognise({ name }).map((of) => ({ ...of }))[0]);
  const column = (field: keyof RecognisedColumns) =>
    Int32Array.from(said, (of) => (of as (typeof said)[0] | undefined)?.[field] ?? -1);
  const recognised = {
    rule: Int16Array.from(column("rule")),
    stage: column("stage"),
    chunk: column("chunk"),
    rank: column("rank"),
    replica: column("replica"),
    batch: column("batch"),
    seq: column("seq"),
    iteration: column("iteration"),
    pass: Uint8Array.from(column("pass")),
    phase: Uint8Array.from(column("phase")),
    op: Int8Array.from(column("op")),
  };
  return { recogniser, recognised, name: Int32Array.from(names, idOf) };
}

test("rules are counted with examples and the fields they gave, names without a rule by frequency", () => {
  const { recogniser, recognised, name } = recogniseNames(NAMES);
  const textOf = (id: number) => NAMES[name.indexOf(id)];
  expect(measureCoverage({ ruleNames: recogniser.ruleNames, length: NAMES.length, name, recognised, textOf })).toEqual({
    rules: [
      { rule: "pytorch", spans: 3, examples: ["PP:0F0", "PP:1SEND_F0"], fields: ["stage", "batch", "pass", "phase"] },
      { rule: "profiler-step", spans: 1, examples: ["ProfilerStep#3"], fields: ["iteration"] },
    ],
    unrecognisedSpans: 4,
    unrecognisedNames: [
      { name: "gemm", count: 3 },
      { name: "copy", count: 1 },
    ],
  });
});

test("the report lists rules with spans, most spans first", () => {
  expect(listRecognisedBy(["a", "b", "c"], Uint32Array.of(2, 0, 5))).toEqual([
    { rule: "c", spans: 5 },
    { rule: "a", spans: 2 },
  ]);
});
