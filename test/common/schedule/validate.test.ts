/** Orders that nobody can execute are refused with the action and the rank. */
import { expect, test } from "vitest";

import { readScheduleCsv } from "../../../main/common/schedule/csv.ts";
import { validateOrder } from "../../../main/common/schedule/validate.ts";

const check = (...rows: string[]) => validateOrder(readScheduleCsv(rows.join("\n"), { name: "drawn.csv" }));

test("an order of forwards only is one", () => {
  expect(() => check("0F0,0F1", ",1F0,1F1")).not.toThrow();
});

test.each([
  { what: "an action twice", rows: ["0F0,0F0"], message: /rank 0 runs 0F0, which rank 0 runs already/ },
  { what: "an action on two ranks", rows: ["0F0,1F0", "1F0"], message: /rank 1 runs 1F0, which rank 0 runs already/ },
  { what: "a missing forward", rows: ["0F0", "2F0"], message: /rank 1 runs 2F0, but no rank runs 1F0, which it needs/ },
  {
    what: "a missing gradient",
    rows: ["0F0,0B0", "1F0"],
    message: /rank 0 runs 0B0, but no rank runs 1B0, which it needs/,
  },
  { what: "a missing backward", rows: ["0F0,0B0,0F1"], message: /rank 0 runs 0F1, but no rank runs its backward/ },
  { what: "a missing weight-grad", rows: ["0F0,0I0"], message: /rank 0 runs 0I0, but no rank runs its weight-grad/ },
  { what: "a weight-grad of nothing", rows: ["0F0,0BW0,0W0"], message: /rank 0 runs 0W0, but no rank runs 0I0/ },
  { what: "a backward whole and split", rows: ["0F0,0BW0,0I0,0W0"], message: /rank 0 runs 0B0, but rank 0 runs 0I0/ },
  {
    what: "a rank that waits for itself",
    rows: ["0B0,0F0"],
    message: /rank 0 waits for ever at 0B0: it needs 0F0, which comes only after it/,
  },
  {
    what: "two ranks that wait for each other",
    rows: ["0F0,0B0,0F1,0B1", "1F1,1B1,1F0,1B0"],
    message: /rank \d waits for ever at (?:0B0|1F1): it needs (?:1B0|0F1)/,
  },
  { what: "a receive without a send", rows: ["0F0", "1RECV_F0,1F0"], message: /no rank runs 0SEND_F0/ },
  {
    what: "a send before its computing",
    rows: ["0SEND_F0,0F0", "1RECV_F0,1F0"],
    message: /rank 0 runs 0SEND_F0 without computing what it sends before it/,
  },
  {
    what: "a receive after its computing",
    rows: ["0F0,0SEND_F0", "1F0,1RECV_F0"],
    message: /rank 1 runs 1RECV_F0 without computing what it feeds after it/,
  },
])("refuses $what", ({ rows, message }) => {
  expect(() => check(...rows)).toThrow(message);
});
