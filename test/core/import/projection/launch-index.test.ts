/** What was launched between two moments, against looking at every launch. */
import { expect, test } from "vitest";

import { LaunchIndex, noWork } from "../../../../main/core/import/projection/launch-index.ts";
import { createRandom } from "../random.ts";

test("the index finds what a walk over all launches finds, in any order of adding", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(seed);
    const launches = Array.from({ length: random.below(40) }, () => {
      const startNs = random.below(1_000);
      return { at: random.below(50), startNs, endNs: startNs + random.below(100) };
    });
    const index = new LaunchIndex();
    for (const { at, startNs, endNs } of launches) index.add(at, startNs, endNs);
    index.build();
    for (let query = 0; query < 20; query++) {
      const from = random.below(55) - 2;
      const to = from + random.below(30);
      const work = noWork();
      index.collect(from, to, work);
      const inside = launches.filter(({ at }) => at >= from && at < to);
      expect(work).toEqual({
        count: inside.length,
        startNs: Math.min(...inside.map(({ startNs }) => startNs)),
        endNs: Math.max(...inside.map(({ endNs }) => endNs)),
      });
    }
  }
});
