/** The channel between real threads: order, back-pressure, close and stop, with both kinds of waiting at both ends. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { afterEach, describe, expect, test } from "vitest";

import {
  createChannel,
  openReceiver,
  openSender,
  stopChannel,
  type Channel,
} from "../../native-runner/pipeline/channel.ts";

const threads: Worker[] = [];
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

const startEnd = (
  channel: Channel,
  task: { end: "send" | "receive"; asynchronous: boolean; count?: number },
): Worker => {
  const thread = new Worker(new URL("./channel-thread.ts", import.meta.url), {
    workerData: { channel, count: 0, ...task },
    execArgv: [],
  });
  threads.push(thread);
  return thread;
};

/**
 * The first message with that member. One listener for all of them: messages still under way when a thread exits are
 * delivered within one turn, too fast for a listener that is set anew after each.
 */
const hear = <Value>(thread: Worker, member: string): Promise<Value> =>
  new Promise((resolve) => {
    thread.on("message", (message: Record<string, Value>) => {
      if (member in message) resolve(message[member]);
    });
  });

const newChannel = (depth: number): Channel => createChannel({ depth, slotBytes: 16 });

describe.each([
  { sender: false, receiver: false },
  { sender: true, receiver: false },
  { sender: false, receiver: true },
  { sender: true, receiver: true },
])("with asynchronous sender $sender and asynchronous receiver $receiver", ({ sender, receiver }) => {
  test("everything arrives once and in order, and the end after it", async () => {
    const channel = newChannel(3);
    const receiving = startEnd(channel, { end: "receive", asynchronous: receiver });
    const received = hear<number[]>(receiving, "received");
    startEnd(channel, { end: "send", asynchronous: sender, count: 2_000 });
    expect(await received).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  });
});

describe.each([{ asynchronous: false }, { asynchronous: true }])(
  "an end that waits (asynchronous $asynchronous)",
  (kind) => {
    test("a sender gets no further than the depth until somebody takes", async () => {
      const channel = newChannel(2);
      const thread = startEnd(channel, { end: "send", count: 5, ...kind });
      let sent = 0;
      thread.on("message", (message: { sent?: number }) => {
        sent = message.sent ?? sent;
      });
      const receiver = openReceiver(channel);
      const ended = hear<number>(thread, "ended");
      for (let taken = 0; taken < 5; taken++) {
        expect(await receiver.nextAsync()).toBeDefined();
        // What was published before this slot was freed: never more than the depth beyond what was taken.
        expect(sent).toBeLessThanOrEqual(taken + channel.depth);
        receiver.done();
      }
      expect(await receiver.nextAsync()).toBeUndefined();
      expect(await ended).toBe(5);
    });

    test("a sleeping sender is woken by a stop", async () => {
      const channel = newChannel(1);
      const thread = startEnd(channel, { end: "send", count: 5, ...kind });
      const ended = hear<number>(thread, "ended");
      await openReceiver(channel).nextAsync();
      stopChannel(channel);
      expect(await ended).toBe(1);
    });

    test("a sleeping receiver is woken by a stop, and slots in the channel are lost", async () => {
      const channel = newChannel(4);
      const thread = startEnd(channel, { end: "receive", ...kind });
      await once(thread, "online");
      const received = hear<number[]>(thread, "received");
      stopChannel(channel);
      expect(await received).toEqual([]);
      const sender = openSender(channel);
      expect(sender.next()).toBeUndefined();
    });
  },
);

test("ready says whether next would wait", () => {
  const channel = newChannel(1);
  const sender = openSender(channel);
  const receiver = openReceiver(channel);
  expect([sender.ready(), receiver.ready()]).toEqual([true, false]);
  sender.next();
  sender.done();
  expect([sender.ready(), receiver.ready()]).toEqual([false, true]);
  receiver.next();
  receiver.done();
  expect([sender.ready(), receiver.ready()]).toEqual([true, false]);
});

test("closing after a stop does not open the channel again", () => {
  const channel = newChannel(1);
  stopChannel(channel);
  openSender(channel).close();
  expect(openReceiver(channel).next()).toBeUndefined();
});

test("a sleeper on an event loop finds what nobody has woken it for", async () => {
  const channel = newChannel(1);
  const next = openReceiver(channel).nextAsync();
  // The first word counts what was written; nobody is notified.
  Atomics.add(new Int32Array(channel.control), 0, 1);
  expect(await next).toBeDefined();
});
