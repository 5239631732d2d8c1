/** Where outputs go: the driver's end of the last channel. */
import type { CaptureOptions } from "#common/runner-api.ts";
import type { Network } from "#common/network/layer.ts";
import { liveAfter } from "../network/program.ts";
import { openReceiver, type Channel } from "./channel.ts";
import { readTensors } from "./message.ts";

/** Takes one output as bytes of float32 values; undefined when the run was stopped. */
export type Sink = () => Promise<Uint8Array | undefined>;

export function createSink({
  network,
  options,
  channel,
}: {
  network: Network;
  options: CaptureOptions;
  channel: Channel;
}): Sink {
  const receiver = openReceiver(channel);
  const tensors = liveAfter({ network, after: network.blocks.length - 1, images: options.batchSize });
  return async () => {
    const slot = await receiver.nextAsync();
    if (slot === undefined) return undefined;
    const [values] = readTensors({ slot, tensors }) as [Float32Array];
    const bytes = new Uint8Array(values.slice().buffer);
    receiver.done();
    return bytes;
  };
}
