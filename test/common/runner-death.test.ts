/** A dead runner in words: one sentence that says why, whatever it wrote before. */
import { expect, test } from "vitest";

import { describeRunnerDeath } from "#common/runner-death.ts";

const NOISE =
  "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n" +
  "    at operator() (dawn/src/dawn/native/vulkan/BackendVk.cpp:368)\n\n";

test.each([
  {
    death: { code: undefined, signal: "SIGKILL", lastWords: NOISE },
    code: "runner-died",
    what: "the runner was ended by SIGKILL: somebody killed it, or the system did because memory ran out",
  },
  {
    death: {
      code: 1,
      signal: undefined,
      lastWords: `${NOISE}file:///x.ts:3\n\nTypeError: x is not a function\n    at y (x.ts:3)\n\nNode.js v24`,
    },
    code: "runner-died",
    what: "the runner ended with code 1 (TypeError: x is not a function)",
  },
  {
    death: {
      code: undefined,
      signal: "SIGABRT",
      lastWords: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n",
    },
    code: "out-of-memory",
    what: "the runner has no memory left",
  },
  { death: { code: 0, signal: undefined, lastWords: "" }, code: "runner-died", what: "the runner ended with code 0" },
])("$what", ({ death, code, what }) => {
  const { fields, cause } = describeRunnerDeath(death);
  expect([fields.code, fields.what]).toEqual([code, what]);
  // What it wrote is there for details.
  expect(cause instanceof Error ? cause.message : "").toBe(death.lastWords);
});
