/**
 * A vitest reporter that writes what `npm test` sums up: counts, and every skipped test with its reason. It prints nothing;
 * vitest's own reporter beside it speaks to people. The file goes where PIPEWAVE_TEST_RESULT says.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";

import type { Reporter, TestModule } from "vitest/node";

/** What a test runner leaves behind for run-all.ts; the end-to-end runner's report is brought into the same shape. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
  /** Files with at least one failure, relative to the repository: what the repair command names. */
  failedFiles: string[];
}

const repositoryRoot = path.resolve(import.meta.dirname, "../..");

export default class ResultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, skipped: [], failedFiles: [] };
    for (const module of modules) {
      const file = path.relative(repositoryRoot, module.moduleId);
      let failedHere = module.errors().length;
      for (const suite of module.children.allSuites()) failedHere += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") counts.passed++;
        else if (result.state === "failed") failedHere++;
        else {
          const note = result.state === "skipped" ? result.note : "it did not finish";
          counts.skipped.push({ name: `${file}: ${test.fullName}`, reason: note ?? "no reason given" });
        }
      }
      counts.failed += failedHere;
      if (failedHere > 0) counts.failedFiles.push(file);
    }
    const target = process.env["PIPEWAVE_TEST_RESULT"];
    if (target !== undefined) writeFileSync(target, JSON.stringify(counts));
  }
}
