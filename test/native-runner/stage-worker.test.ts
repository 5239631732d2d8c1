/** The loop of one worker on a device and a clock made of numbers: what it records, and when it hands over. */
import { describe, expect, test } from "vitest";

import type { RecordKind } from "#common/runner-api.ts";

import type { Backend, Tensor } from "../../native-runner/backend/backend.ts";
import type { LiveTensor, Program } from "../../native-runner/network/program.ts";
import {
  createChannel,
  openReceiver,
  openSender,
  stopChannel,
  type Channel,
  type ChannelEnd,
} from "../../native-runner/pipeline/channel.ts";
import {
  messageBytes,
  readBatchNumber,
  readTensors,
  writeBatchNumber,
  writeTensors,
} from "../../native-runner/pipeline/message.ts";
import type { Recorder } from "../../native-runner/pipeline/recorder.ts";
import { runWorker } from "../../native-runner/pipeline/stage-worker.ts";

const tensors: readonly LiveTensor[] = [{ block: -1, shape: [1, 1, 1, 4], byteLength: 16 }];
const results: readonly LiveTensor[] = [{ block: 1, shape: [1, 1, 1, 4], byteLength: 16 }];
const newChannel = (depth: number): Channel => createChannel({ depth, slotBytes: messageBytes(tensors) });

/** A worker of blocks 0 and 1 that adds 1 in each; a log of everything that happens, in order. */
function createWorker({ asynchronous, input, output }: { asynchronous: boolean; input: Channel; output: Channel }) {
  const log: string[] = [];
  let time = 0;
  const values = new Map<Tensor, Float32Array>();
  const newTensor = (content: Float32Array): Tensor => {
    const tensor = { name: "a tensor" } as unknown as Tensor;
    values.set(tensor, content.slice());
    return tensor;
  };
  const backend = {
    asynchronous,
    upload: (content: Float32Array) => newTensor(content),
    fence: () => Promise.resolve(),
    read: (tensor: Tensor) => Promise.resolve(values.get(tensor) as Float32Array),
  } as unknown as Backend;
  const createBatchProgram = (): Program => {
    const held = new Map<number, Tensor>();
    return {
      run(block) {
        const result = newTensor((values.get(held.get(block - 1) as Tensor) as Float32Array).map((value) => value + 1));
        held.set(block, result);
        return result;
      },
      put: (block, tensor) => void held.set(block, tensor),
      get: (block) => held.get(block) as Tensor,
      clear: () => log.push("clear"),
    };
  };
  const recorder: Recorder = {
    record: ({ kind, stage, batch, start, end }) => {
      expect(end).toBeGreaterThanOrEqual(start);
      log.push(`${kind} ${stage} of ${batch}`);
    },
    flush: () => log.push("flush"),
    rest: () => undefined,
    count: () => 0,
  };
  const logged = <End extends ChannelEnd>(end: End, name: string): End => ({
    ...end,
    done: () => {
      log.push(`${name} handed over at ${time}`);
      end.done();
    },
  });
  const running = runWorker({
    backend,
    createBatchProgram,
    first: 0,
    last: 1,
    arriving: tensors,
    leaving: results,
    input: logged(openReceiver(input), "input"),
    output: logged(openSender(output), "output"),
    recorder,
    now: () => (time += 1),
  });
  return { running, log };
}

function send(channel: Channel, batches: readonly number[]): void {
  const sender = openSender(channel);
  for (const batch of batches) {
    const slot = sender.next() as Uint8Array;
    writeBatchNumber(slot, batch);
    writeTensors({ slot, values: [Float32Array.of(batch, 0, 0, 10)] });
    sender.done();
  }
  sender.close();
}

async function receiveAll(channel: Channel): Promise<{ batch: number; values: number[] }[]> {
  const receiver = openReceiver(channel);
  const received: { batch: number; values: number[] }[] = [];
  for (let slot = await receiver.nextAsync(); slot !== undefined; slot = await receiver.nextAsync()) {
    const [values] = readTensors({ slot, tensors: results });
    received.push({ batch: readBatchNumber(slot), values: [...values] });
    receiver.done();
  }
  return received;
}

const kindsOf = (log: readonly string[], batch: number): string[] =>
  log.filter((line) => line.endsWith(` of ${batch}`)).map((line) => line.replace(` of ${batch}`, ""));

describe.each([{ asynchronous: false }, { asynchronous: true }])("asynchronous $asynchronous", ({ asynchronous }) => {
  test("records the phases of each batch, no waiting where there was none, and passes the values on", async () => {
    const channels = { input: newChannel(3), output: newChannel(4) };
    send(channels.input, [7, 8, 9]);
    const { running, log } = createWorker({ asynchronous, ...channels });
    await running;
    for (const batch of [7, 8, 9]) expect(kindsOf(log, batch)).toEqual(["in 0", "compute 0", "compute 1", "out 1"]);
    expect(log.at(-1)).toBe("flush");
    expect(await receiveAll(channels.output)).toEqual(
      [7, 8, 9].map((batch) => ({ batch, values: [batch + 2, 2, 2, 12] })),
    );
  });

  test("ends when the output is stopped, and still sends what it recorded", async () => {
    const channels = { input: newChannel(3), output: newChannel(1) };
    send(channels.input, [0, 1, 2]);
    stopChannel(channels.output);
    const { running, log } = createWorker({ asynchronous, ...channels });
    await running;
    expect(kindsOf(log, 0)).toEqual(["in 0", "compute 0", "compute 1"]);
    expect(log.at(-1)).toBe("flush");
  });
});

test("an asynchronous worker records that it was starved, and blocked, where it had to wait", async () => {
  const channels = { input: newChannel(3), output: newChannel(1) };
  const { running, log } = createWorker({ asynchronous: true, ...channels });
  const waits: RecordKind[] = ["starved", "blocked"];
  send(channels.input, [0, 1, 2]);
  const received = await receiveAll(channels.output);
  await running;
  expect(received.map(({ batch }) => batch)).toEqual([0, 1, 2]);
  const recorded = log.map((line) => line.split(" ", 1)[0]).filter((kind) => waits.includes(kind as RecordKind));
  // Nothing was there when it began; with one slot it cannot put a batch before the one ahead of it was taken.
  expect(recorded[0]).toBe("starved");
});

test("a span ends before its slot is handed over, so that an out never overlaps the in that it feeds", async () => {
  const channels = { input: newChannel(2), output: newChannel(2) };
  send(channels.input, [0]);
  const { running, log } = createWorker({ asynchronous: false, ...channels });
  await running;
  // The clock ticks at every reading: a hand-over at t and a span recorded after it that ended at t were one reading.
  expect(log.filter((line) => /^(input|output|in|out)\b/.test(line))).toEqual([
    "input handed over at 2",
    "in 0 of 0",
    "output handed over at 7",
    "out 1 of 0",
  ]);
});
