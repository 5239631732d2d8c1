/**
 * Finds the recorded traces that lie beside the repository (`../shared/traces`). They are too large and not ours to commit,
 * so a clone without them skips the tests that need them, and says why. Never copies or changes a trace.
 */
import { existsSync } from "node:fs";
import path from "node:path";

import type { TestContext } from "vitest";

const tracesFolder = path.resolve(import.meta.dirname, "../../../shared/traces");

/**
 * The absolute path of a file or folder below `shared/traces`. Where it is missing the test is skipped with the reason:
 *
 *     test("…", (context) => { const file = sharedTrace(context, "megatron-app/pp-aggregated.json.gz"); … });
 */
export function sharedTrace(context: Pick<TestContext, "skip">, name: string): string {
  const file = findSharedTrace(name);
  if (file === undefined) context.skip(`needs ../shared/traces/${name}`);
  return file;
}

/** The same without a test at hand (`beforeAll`, tables of tests): `undefined` where the trace is missing. */
export function findSharedTrace(name: string): string | undefined {
  const file = path.join(tracesFolder, name);
  return existsSync(file) ? file : undefined;
}
