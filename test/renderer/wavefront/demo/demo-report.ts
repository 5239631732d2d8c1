/** The few figures of a report that the wavefront shows, for made-up runs: window, mean gap of the starts of stage 0, nothing else. */
import type { RunReport } from "#common/report.ts";
import type { FakeRun } from "../fake-run.ts";

export function demoReport({ detail, columns }: FakeRun): RunReport {
  const window = detail.windows[0];
  const starts: number[] = [];
  for (let i = 0; i < columns.length; i++) {
    const inWindow = columns.start[i] >= window.startNs && columns.start[i] < window.endNs;
    if (inWindow && columns.stage[i] === detail.stages.length - 1 && columns.phase[i] === 2 && columns.lane[i] >= 0) {
      if (columns.pass[i] === 1) starts.push(columns.start[i]);
    }
  }
  const distinct = [...new Set(starts)].sort((a, b) => a - b);
  const meanNs = (distinct[distinct.length - 1] - distinct[0]) / (distinct.length - 1);
  return {
    run: {
      name: detail.run.name,
      kind: "simulated",
      spans: columns.length,
      pipelineSpans: columns.length,
      stages: detail.stages.length,
      ranks: detail.rows.rank.length,
      replicas: 1,
      batches: distinct.length,
      iterations: detail.windows.length,
      warmUpIterations: [],
    },
    scope: { iteration: window.iteration, replica: window.replica },
    makespanNs: window.endNs - window.startNs,
    windowStartNs: window.startNs,
    extentNs: columns.length,
    bubble: { ratio: 0, byCauseNs: {}, rows: [] },
    initiationInterval: { meanNs, measuredNs: meanNs, rows: [], stages: [] },
    phases: {},
  };
}
