/** Partners by key: dense and sparse keys alike, the k-th with the k-th. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { matchKeys } from "../../../main/core/compare/match-keys.ts";

/** The k-th of a key in A with the k-th in B, one pair after the other. */
function matchOneByOne(a: readonly number[], b: readonly number[]): number[] {
  const taken = new Set<number>();
  return a.map((key) => {
    const found = key < 0 ? -1 : b.findIndex((other, at) => other === key && !taken.has(at));
    if (found >= 0) taken.add(found);
    return found;
  });
}

test.each([
  { keys: "dense", factor: 1, bound: 9 },
  { keys: "sparse", factor: 1e9 + 7, bound: 9e9 + 63 },
])("$keys keys give the partners that looking one by one gives", ({ factor, bound }) => {
  const keys = fc.array(fc.integer({ min: -1, max: 8 }), { maxLength: 40 });
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      const spread = (list: readonly number[]): Float64Array =>
        Float64Array.from(list, (key) => (key < 0 ? -1 : key * factor));
      const { partnerOfA, partnerOfB } = matchKeys({ a: spread(a), b: spread(b) }, { bound });
      expect([...partnerOfA]).toEqual(matchOneByOne(a, b));
      expect([...partnerOfB]).toEqual(matchOneByOne(b, a));
    }),
  );
});
