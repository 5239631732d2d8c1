/** The HTML report as text: nothing to fetch, nothing of a trace becomes markup, bounded in size whatever is compared. */
import { describe, expect, test } from "vitest";

import { createSpanColumns, PASS_FORWARD, PHASE_COMPUTE } from "#common/model.ts";
import { nameId } from "#common/ids.ts";
import type { AnalysisInput } from "../../../main/core/analysis/input.ts";
import { compareRuns } from "../../../main/core/compare/compare-runs.ts";
import { drawComparisonReport } from "../../../main/core/compare/report-html.ts";
import { readDrawing } from "../analysis/drawing.ts";
import { columnsOf } from "../analysis/work.ts";

const report = (a: AnalysisInput, b: AnalysisInput): string => drawComparisonReport(compareRuns({ a, b }), { a, b });

const drawn = (drawing: string): AnalysisInput => columnsOf(readDrawing(drawing));
const A = drawn(`
  a0 a1 -- --
  -- b0 b0 b1
`);
const B = drawn(`
  a0 a0 a1 -- --
  -- -- b0 b0 b1
`);

describe("the report", () => {
  test("refers to nothing outside of itself and forbids that anything be fetched", () => {
    const html = report(A, B);
    const references = [...html.matchAll(/\b(?:src|href|url|action|data)\s*[=(]\s*["']?([^"')\s>]*)/gi)];
    expect(references).toEqual([]);
    expect(html).not.toMatch(/<(?:script|link|iframe|img|object|base)\b|@import/i);
    expect(html).toContain("default-src &#39;none&#39;");
    // The name of the SVG namespace is the only address, and none that is opened.
    const addresses = new Set([...html.matchAll(/[a-z]+:\/\/[^"'\s<]+/gi)].map(([address]) => address));
    expect([...addresses]).toEqual(["http://www.w3.org/2000/svg"]);
  });

  test("shows names of a trace as text, whatever they hold", () => {
    const hostile = `<script>alert(1)</script>"'&\u0000`;
    const named = { ...A, run: { name: hostile, kind: "imported" as const } };
    const stages = B.stages.map((stage) => ({ ...stage, name: `<b onclick="x">${stage.ordinal}` }));
    const html = report(named, { ...B, stages });
    expect(html).not.toMatch(/<script|<b onclick/);
    expect(html).not.toContain("\u0000");
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\ufffd");
  });

  test("has a wavefront of each run, and a matrix a pass", () => {
    const html = report(A, B);
    const titles = [...html.matchAll(/<svg[^>]*aria-label="([^"]*)"/g)].map(([, title]) => title);
    expect(titles).toEqual(["A: test", "B: test", "Computing, forward: how much longer B takes than A"]);
  });
});

test("a run of very many spans and batches makes no larger report than one of some thousand", () => {
  const ofSize = (batches: number): AnalysisInput => {
    const ranks = A.stages.length;
    const spans = createSpanColumns(batches * ranks);
    for (let i = 0; i < spans.length; i += 1) {
      const [batch, rank] = [Math.floor(i / ranks), i % ranks];
      spans.lane[i] = rank;
      spans.stage[i] = rank;
      spans.batch[i] = batch;
      spans.iteration[i] = -1;
      spans.start[i] = (batch + rank) * 100;
      spans.duration[i] = 40 + ((batch * 7) % 50);
      spans.pass[i] = PASS_FORWARD;
      spans.phase[i] = PHASE_COMPUTE;
    }
    return { ...A, spans, names: [{ id: nameId(0), text: "work" }] };
  };
  const html = report(ofSize(20_000), ofSize(20_000));
  expect(html.length).toBeLessThan(600_000);
});
