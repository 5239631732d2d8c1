/** What is said of workers that share a machine: as much as the run showed, and no more. */
import { expect, test } from "vitest";

import { describeContention } from "../../main/common/contention-text.ts";

test.each([
  {
    figures: { slowdownPerRank: 0.061, meanSlowdown: 1.243 },
    text: /^Workers share one machine: .* 24\.3 % longer than undisturbed, and slows down by 6\.1 % for each further worker/,
  },
  {
    figures: { slowdownPerRank: 0, meanSlowdown: 1.1 },
    text: /10\.0 % longer than undisturbed; .* does not show in this run\.$/,
  },
  { figures: { slowdownPerRank: 0, meanSlowdown: 1 }, text: /took 0\.0 % longer/ },
])("$figures", ({ figures, text }) => {
  expect(describeContention(figures)).toMatch(text);
});
