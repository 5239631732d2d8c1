/** A place for one item between two loops of one thread: a batch is handed on when the next loop is free, never before. */
export interface HandOver<Item> {
  /** Resolves when the item was taken; false after `end`. */
  put(item: Item): Promise<boolean>;
  /** Undefined after `end`. */
  take(): Promise<Item | undefined>;
  end(): void;
}

export function createHandOver<Item>(): HandOver<Item> {
  let waiting: { item: Item; taken: (accepted: boolean) => void } | undefined;
  let wanting: ((item: Item | undefined) => void) | undefined;
  let ended = false;
  return {
    put(item) {
      if (ended) return Promise.resolve(false);
      if (wanting !== undefined) {
        wanting(item);
        wanting = undefined;
        return Promise.resolve(true);
      }
      return new Promise((taken) => {
        waiting = { item, taken };
      });
    },
    take() {
      if (waiting !== undefined) {
        const { item, taken } = waiting;
        waiting = undefined;
        taken(true);
        return Promise.resolve(item);
      }
      if (ended) return Promise.resolve(undefined);
      return new Promise((wanted) => {
        wanting = wanted;
      });
    },
    end() {
      ended = true;
      wanting?.(undefined);
      wanting = undefined;
      waiting?.taken(false);
      waiting = undefined;
    },
  };
}
