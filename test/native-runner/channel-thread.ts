/** A thread at one end of a channel, for channel.test.ts: sends or receives numbers and says what it did. */
import { parentPort, workerData } from "node:worker_threads";

import { openReceiver, openSender, type Channel, type ChannelEnd } from "../../native-runner/pipeline/channel.ts";

interface Task {
  readonly channel: Channel;
  readonly end: "send" | "receive";
  readonly asynchronous: boolean;
  /** Numbers to send; a receiver takes whatever comes. */
  readonly count: number;
}

const { channel, end, asynchronous, count } = workerData as Task;
const numberAt = (slot: Uint8Array): DataView => new DataView(slot.buffer, slot.byteOffset, slot.byteLength);
const next = (side: ChannelEnd): Promise<Uint8Array | undefined> =>
  asynchronous ? side.nextAsync() : Promise.resolve(side.next());

// A pending `Atomics.waitAsync` keeps no thread alive; an open port does.
parentPort?.ref();
if (end === "send") {
  const sender = openSender(channel);
  let sent = 0;
  for (; sent < count; sent++) {
    const slot = await next(sender);
    if (slot === undefined) break;
    numberAt(slot).setInt32(0, sent);
    sender.done();
    parentPort?.postMessage({ sent: sent + 1 });
  }
  sender.close();
  parentPort?.postMessage({ ended: sent });
} else {
  const receiver = openReceiver(channel);
  const received: number[] = [];
  for (let slot = await next(receiver); slot !== undefined; slot = await next(receiver)) {
    received.push(numberAt(slot).getInt32(0));
    receiver.done();
  }
  parentPort?.postMessage({ received });
}
parentPort?.unref();
