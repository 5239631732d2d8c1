/** Brings Playwright's JSON report into the counts that `npm test` sums up. A test that passed on a retry has passed. */
import type { TestCounts } from "./result-reporter.ts";

/** The part of Playwright's JSON report that is read here. */
export interface PlaywrightReport {
  suites: PlaywrightSuite[];
  /** What went wrong outside any test: a file that does not load, no tests found. */
  errors: unknown[];
}

interface PlaywrightSuite {
  file: string;
  suites?: PlaywrightSuite[];
  specs: {
    title: string;
    file: string;
    tests: {
      status: "skipped" | "expected" | "unexpected" | "flaky";
      annotations: { type: string; description?: string }[];
    }[];
  }[];
}

export function countPlaywright(report: PlaywrightReport): TestCounts {
  const counts: TestCounts = { passed: 0, failed: report.errors.length, skipped: [], failedFiles: [] };
  const visit = (suite: PlaywrightSuite): void => {
    for (const spec of suite.specs) {
      for (const test of spec.tests) {
        const file = `test/e2e/${spec.file}`;
        if (test.status === "skipped") {
          const reason = test.annotations.find(({ type }) => type === "skip")?.description;
          counts.skipped.push({ name: `${file}: ${spec.title}`, reason: reason ?? "no reason given" });
        } else if (test.status === "unexpected") {
          counts.failed++;
          if (!counts.failedFiles.includes(file)) counts.failedFiles.push(file);
        } else counts.passed++;
      }
    }
    suite.suites?.forEach(visit);
  };
  report.suites.forEach(visit);
  return counts;
}
