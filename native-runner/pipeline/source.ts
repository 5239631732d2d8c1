/** Where batches come from: the driver's end of the first channel, filled with images made from the seed. */
import type { CaptureOptions } from "#common/runner-api.ts";
import type { Network } from "#common/network/layer.ts";
import { liveAfter, type LiveTensor } from "../network/program.ts";
import { createImages } from "../network/weights.ts";
import { openSender, type Channel } from "./channel.ts";
import { writeBatchNumber, writeTensors } from "./message.ts";

/** Different batches of images that are made before the run; more batches cycle through them. */
export const DISTINCT_BATCHES = 4;

export interface Source {
  /** Offers a batch when there is room; false when the run was stopped. */
  offer(batch: number): Promise<boolean>;
  /** No more batches will come. */
  close(): void;
}

export function createSource({
  network,
  options,
  channel,
}: {
  network: Network;
  options: CaptureOptions;
  channel: Channel;
}): Source {
  const sender = openSender(channel);
  const [input] = liveAfter({ network, after: -1, images: options.batchSize }) as [LiveTensor];
  const length = input.byteLength / Float32Array.BYTES_PER_ELEMENT;
  const images = Array.from({ length: DISTINCT_BATCHES }, (_, batch) =>
    createImages({ seed: options.seed, batch, length }),
  );
  return {
    async offer(batch) {
      const slot = await sender.nextAsync();
      if (slot === undefined) return false;
      writeBatchNumber(slot, batch);
      writeTensors({ slot, values: [images[batch % DISTINCT_BATCHES]] });
      sender.done();
      return true;
    },
    close: () => {
      sender.close();
    },
  };
}
