/**
 * One request for all who ask for the same while it is under way: plot and overview want the same pages of a small run.
 * Keeps nothing after the answer; caches are their owners' business.
 */

type Read<Key, Value> = (key: Key, signal: AbortSignal) => Promise<Value>;

interface Shared<Value> {
  readonly answer: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/** The same function, which reads once for equal texts; it is cancelled when all who asked have cancelled. */
export function shareRequests<Key, Value>(read: Read<Key, Value>, textOf: (key: Key) => string): Read<Key, Value> {
  const underWay = new Map<string, Shared<Value>>();

  const start = (key: Key, text: string): Shared<Value> => {
    const controller = new AbortController();
    const forget = () => {
      if (underWay.get(text) === shared) underWay.delete(text);
    };
    const shared: Shared<Value> = { answer: read(key, controller.signal), controller, waiting: 0 };
    underWay.set(text, shared);
    shared.answer.then(forget, forget);
    return shared;
  };

  return async (key, signal) => {
    signal.throwIfAborted();
    const text = textOf(key);
    const shared = underWay.get(text) ?? start(key, text);
    shared.waiting += 1;
    const { promise: cancelled, reject } = Promise.withResolvers<never>();
    const cancel = () => {
      shared.waiting -= 1;
      reject(signal.reason as Error);
      if (shared.waiting > 0) return;
      if (underWay.get(text) === shared) underWay.delete(text);
      shared.controller.abort(signal.reason);
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await Promise.race([shared.answer, cancelled]);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}
