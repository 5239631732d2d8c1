/** Shared requests: one read for all who ask at once, cancelled only when nobody waits any more. */
import { expect, test } from "vitest";

import { shareRequests } from "../../../renderer/data/share-requests.ts";

function createSource() {
  const asked: { key: string; signal: AbortSignal; answer: (value: number) => void; fail: (error: Error) => void }[] =
    [];
  const read = shareRequests((key: string, signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    asked.push({ key, signal, answer: resolve, fail: reject });
    return promise;
  }, String);
  return { asked, read };
}

const never = (): AbortSignal => new AbortController().signal;

test("those who ask for the same while it is under way get one answer, others their own", async () => {
  const { asked, read } = createSource();
  const answers = Promise.all([read("a", never()), read("b", never()), read("a", never())]);
  expect(asked.map(({ key }) => key)).toEqual(["a", "b"]);
  asked[0].answer(1);
  asked[1].answer(2);
  expect(await answers).toEqual([1, 2, 1]);
});

test("after the answer it is asked for anew, also after a failure", async () => {
  const { asked, read } = createSource();
  const first = read("a", never());
  asked[0].fail(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  const second = read("a", never());
  asked[1].answer(7);
  expect(await second).toBe(7);
});

test("one who cancels leaves the request to the others", async () => {
  const { asked, read } = createSource();
  const one = new AbortController();
  const cancelled = read("a", one.signal);
  const other = read("a", never());
  one.abort(new Error("left"));
  await expect(cancelled).rejects.toThrow("left");
  expect(asked[0].signal.aborted).toBe(false);
  asked[0].answer(3);
  expect(await other).toBe(3);
});

test("the last who cancels ends the request, and the next who asks starts another", async () => {
  const { asked, read } = createSource();
  const one = new AbortController();
  const cancelled = read("a", one.signal);
  one.abort(new Error("left"));
  await expect(cancelled).rejects.toThrow("left");
  expect(asked[0].signal.aborted).toBe(true);
  void read("a", never());
  expect(asked).toHaveLength(2);
});
