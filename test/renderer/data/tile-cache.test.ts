/** The cache: one state and one tier an entry, latest wins, budgets hold, nothing that left the screen is waited for. */
import { expect, test } from "vitest";

import { TileCache } from "../../../renderer/data/tile-cache.ts";

interface Request {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly answer: (value: number) => Promise<void>;
  readonly fail: (reason: Error) => Promise<void>;
}

/** A cache of numbers that count as that many bytes, and the requests that it has made. */
function cacheOf({ budgetBytes = 1_000, requestsAtOnce = 2 } = {}) {
  const requests: Request[] = [];
  const evicted: string[] = [];
  let changes = 0;
  const cache = new TileCache<string, number>({
    load: (key, signal) =>
      new Promise((resolve, reject) => {
        requests.push({
          key,
          signal,
          answer: async (value) => {
            resolve(value);
            await Promise.resolve();
            await Promise.resolve();
          },
          fail: async (reason) => {
            reject(reason);
            await Promise.resolve();
            await Promise.resolve();
          },
        });
      }),
    keyText: (key) => key,
    sizeBytes: (value) => value,
    budgetBytes,
    requestsAtOnce,
    onChange: () => (changes += 1),
    onEvict: (key) => evicted.push(key),
  });
  return { cache, requests, evicted, changes: () => changes };
}

const state = (cache: TileCache<string, number>, key: string) => cache.get(key)?.state;

test("what is wanted is loaded a few at a time, visible before prefetched", async () => {
  const { cache, requests } = cacheOf();
  cache.want({ visible: ["a", "b"], prefetch: ["c"] });
  expect(requests.map(({ key }) => key)).toEqual(["a", "b"]);
  expect([state(cache, "a"), state(cache, "c")]).toEqual(["loading", "wanted"]);
  await requests[0].answer(10);
  expect(state(cache, "a")).toBe("ready");
  expect(requests.map(({ key }) => key)).toEqual(["a", "b", "c"]);
});

test("what left the screen before it came is cancelled and forgotten, and its late answer dropped", async () => {
  const { cache, requests, changes } = cacheOf();
  cache.want({ visible: ["a"], prefetch: [] });
  cache.want({ visible: ["b"], prefetch: [] });
  expect(requests[0].signal.aborted).toBe(true);
  expect(cache.get("a")).toBeUndefined();
  await requests[0].answer(10);
  expect(cache.get("a")).toBeUndefined();
  expect(changes()).toBe(0);
  expect(cache.totalBytes).toBe(0);
});

test("what comes back on screen while its request was cancelled is asked for again, and only the new answer counts", async () => {
  const { cache, requests } = cacheOf();
  cache.want({ visible: ["a"], prefetch: [] });
  cache.want({ visible: [], prefetch: [] });
  cache.want({ visible: ["a"], prefetch: [] });
  await requests[0].answer(10);
  expect(state(cache, "a")).toBe("loading");
  await requests[1].answer(20);
  expect(cache.value("a")).toBe(20);
});

test("a request goes on when its entry moves from prefetch to visible", async () => {
  const { cache, requests } = cacheOf();
  cache.want({ visible: [], prefetch: ["a"] });
  cache.want({ visible: ["a"], prefetch: [] });
  expect(requests.length).toBe(1);
  expect(requests[0].signal.aborted).toBe(false);
  expect(cache.get("a")?.tier).toBe("visible");
  await requests[0].answer(1);
  expect(cache.visibleSettled).toBe(true);
});

test("an entry named in both tiers is visible", () => {
  const { cache } = cacheOf();
  cache.want({ visible: ["a"], prefetch: ["a", "b"] });
  expect([cache.get("a")?.tier, cache.get("b")?.tier]).toEqual(["visible", "prefetch"]);
});

test("over budget the one used longest ago goes first, and never one on screen", async () => {
  const { cache, requests, evicted } = cacheOf({ budgetBytes: 250, requestsAtOnce: 9 });
  for (const key of ["a", "b", "c"]) {
    cache.want({ visible: [key], prefetch: [] });
    await requests.at(-1)?.answer(100);
  }
  expect(evicted).toEqual(["a"]);
  cache.value("b");
  cache.want({ visible: ["d", "e", "f"], prefetch: [] });
  for (const request of requests.slice(-3)) await request.answer(100);
  expect(evicted).toEqual(["a", "b", "c"]);
  expect(cache.totalBytes).toBe(300);
});

test("what would be evicted again is not prefetched", async () => {
  const { cache, requests } = cacheOf({ budgetBytes: 250, requestsAtOnce: 9 });
  cache.want({ visible: ["a"], prefetch: [] });
  await requests[0].answer(100);
  cache.want({ visible: ["a"], prefetch: ["b", "c", "d"] });
  expect(requests.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("a failure is kept and asked for again only when told to", async () => {
  const { cache, requests, changes } = cacheOf();
  cache.want({ visible: ["a"], prefetch: [] });
  await requests[0].fail(new Error("gone"));
  expect(state(cache, "a")).toBe("failed");
  expect(cache.visibleFailures).toEqual([new Error("gone")]);
  expect(changes()).toBe(1);
  cache.want({ visible: ["a"], prefetch: [] });
  expect(requests.length).toBe(1);
  cache.retry();
  expect(state(cache, "a")).toBe("loading");
  await requests[1].answer(5);
  expect(cache.value("a")).toBe(5);
});

test("uploads are noted and forgotten when the GPU loses everything", async () => {
  const { cache, requests } = cacheOf();
  cache.want({ visible: ["a"], prefetch: [] });
  cache.markOnGpu("a", true);
  expect(state(cache, "a")).toBe("loading");
  await requests[0].answer(5);
  cache.markOnGpu("a", true);
  expect(state(cache, "a")).toBe("on-gpu");
  cache.markAllOffGpu();
  expect(state(cache, "a")).toBe("ready");
});

test("clearing cancels and drops everything", async () => {
  const { cache, requests, evicted } = cacheOf();
  cache.want({ visible: ["a", "b"], prefetch: ["c"] });
  await requests[0].answer(5);
  cache.clear();
  expect(requests[1].signal.aborted).toBe(true);
  expect(evicted).toEqual(["a"]);
  expect([cache.totalBytes, cache.settled]).toEqual([0, true]);
});
