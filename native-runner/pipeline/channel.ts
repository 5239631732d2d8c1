/**
 * A bounded channel between two workers, in shared memory: what makes back-pressure real.
 *
 * One sender, one receiver, `depth` slots of `slotBytes`. The sender fills a free slot and publishes it; the receiver reads
 * it in place and frees it. `written` and `taken` only grow, so full is `written − taken = depth`. Waiting is a futex
 * (`Atomics.wait`), also from an event loop (`Atomics.waitAsync`), not polling. A channel is closed by its sender after
 * the last slot, or by anybody (`stopChannel`) to end a run early. The channel knows bytes, not tensors or time.
 *
 * No wake-up is lost: each end sleeps on a counter of events of its own, which every change moves before it notifies, and
 * which the end reads before it looks at the rest.
 */

const WRITTEN = 0;
const TAKEN = 1;
const STATE = 2;
const SENDER_EVENTS = 3;
const RECEIVER_EVENTS = 4;
const CONTROL_WORDS = 5;

/**
 * A sleeper on an event loop looks again after this long: a runner was found asleep at both ends of a busy machine, though
 * every change notifies. A timer of the loop is another way to wake than the one that V8 takes.
 */
const LOOK_AGAIN_MS = 250;

const OPEN = 0;
const CLOSED = 1;
const STOPPED = 2;

type Words = Int32Array<SharedArrayBuffer>;

/** Plain shared memory: can be posted to a worker. */
export interface Channel {
  readonly control: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  readonly depth: number;
  readonly slotBytes: number;
}

export function createChannel({ depth, slotBytes }: { depth: number; slotBytes: number }): Channel {
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    slots: new SharedArrayBuffer(depth * slotBytes),
    depth,
    slotBytes,
  };
}

function wake(words: Words, events: number): void {
  Atomics.add(words, events, 1);
  Atomics.notify(words, events);
}

/** Sleeps until the events have moved on from `seen`, or it is time to look again. */
async function sleepAsync(words: Words, events: number, seen: number): Promise<void> {
  const sleep = Atomics.waitAsync(words, events, seen);
  if (!sleep.async) return;
  let timer: NodeJS.Timeout | undefined;
  const again = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOK_AGAIN_MS);
  });
  await Promise.race([sleep.value, again]);
  clearTimeout(timer);
}

function setState(words: Words, state: number): void {
  Atomics.store(words, STATE, state);
  wake(words, SENDER_EVENTS);
  wake(words, RECEIVER_EVENTS);
}

/** Ends a run early: both ends see `undefined` at their next turn, also when they sleep now; slots in it are lost. */
export function stopChannel(channel: Channel): void {
  setState(new Int32Array(channel.control), STOPPED);
}

/** One end of a channel: bytes of the next slot to fill or to read, and the word that one is done with it. */
export interface ChannelEnd {
  /** True when `next` would not wait. */
  ready(): boolean;
  /** Waits in this thread; undefined when nothing will come any more. */
  next(): Uint8Array | undefined;
  /** The same without blocking the thread. */
  nextAsync(): Promise<Uint8Array | undefined>;
  /** Hands the slot over to the other end: it was filled, or read. */
  done(): void;
}

export interface Sender extends ChannelEnd {
  /** No more slots will come; the receiver still gets those already there. */
  close(): void;
}

interface Side {
  /** Counter of slots that this end has handled, and the one that it notifies and sleeps on. */
  readonly counter: number;
  readonly ownEvents: number;
  readonly otherEvents: number;
  readonly look: (words: Words) => "slot" | "wait" | "end";
}

function openEnd(channel: Channel, { counter, ownEvents, otherEvents, look }: Side): ChannelEnd {
  const words: Words = new Int32Array(channel.control);
  const slot = (): Uint8Array =>
    new Uint8Array(
      channel.slots,
      (Atomics.load(words, counter) % channel.depth) * channel.slotBytes,
      channel.slotBytes,
    );
  return {
    ready: () => look(words) !== "wait",
    next() {
      for (;;) {
        const events = Atomics.load(words, ownEvents);
        const state = look(words);
        if (state !== "wait") return state === "slot" ? slot() : undefined;
        Atomics.wait(words, ownEvents, events);
      }
    },
    async nextAsync() {
      for (;;) {
        const events = Atomics.load(words, ownEvents);
        const state = look(words);
        if (state !== "wait") return state === "slot" ? slot() : undefined;
        await sleepAsync(words, ownEvents, events);
      }
    },
    done() {
      Atomics.add(words, counter, 1);
      wake(words, otherEvents);
    },
  };
}

export function openSender(channel: Channel): Sender {
  const end = openEnd(channel, {
    counter: WRITTEN,
    ownEvents: SENDER_EVENTS,
    otherEvents: RECEIVER_EVENTS,
    look(words) {
      if (Atomics.load(words, STATE) === STOPPED) return "end";
      return Atomics.load(words, WRITTEN) - Atomics.load(words, TAKEN) < channel.depth ? "slot" : "wait";
    },
  });
  return {
    ...end,
    close() {
      const words: Words = new Int32Array(channel.control);
      if (Atomics.load(words, STATE) === OPEN) setState(words, CLOSED);
    },
  };
}

export function openReceiver(channel: Channel): ChannelEnd {
  return openEnd(channel, {
    counter: TAKEN,
    ownEvents: RECEIVER_EVENTS,
    otherEvents: SENDER_EVENTS,
    look(words) {
      // State before counter: a sender publishes its last slot before it closes.
      const state = Atomics.load(words, STATE);
      if (state === STOPPED) return "end";
      if (Atomics.load(words, WRITTEN) - Atomics.load(words, TAKEN) > 0) return "slot";
      return state === CLOSED ? "end" : "wait";
    },
  });
}
