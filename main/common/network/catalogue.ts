/** The networks that the runner knows, by the name that `--network` takes. */
import { AppError } from "../errors.ts";
import { DEFAULT_CAPTURE, NETWORK_NAMES, type NetworkName } from "../runner-api.ts";
import { describeNetwork, type BlockSpec, type Network } from "./layer.ts";
import { resnet18, resnet50 } from "./published-resnets.ts";
import { resnet28 } from "./resnet28.ts";

/** Small enough for a software GPU and for tests, with a block of every kind and two skips, one of them projected. */
const tiny: readonly BlockSpec[] = [
  { op: "conv", kernel: 3, stride: 2, channels: 8, relu: true },
  { op: "pool", pool: "max" },
  { op: "conv", kernel: 3, stride: 1, channels: 16, relu: false },
  { op: "res", skipFrom: 2 },
  { op: "conv", kernel: 3, stride: 1, channels: 16, relu: false },
  { op: "res", skipFrom: 2 },
  { op: "pool", pool: "average" },
  { op: "fc", outputs: 10 },
];

const NETWORKS: Readonly<Record<NetworkName, readonly BlockSpec[]>> = { resnet28, resnet18, resnet50, tiny };

/** Smaller images would leave nothing after five halvings. */
const MINIMUM_INPUT_SIZE = 32;

/**
 * The network of that name for images of `size × size` pixels.
 * @throws AppError unknown-network, invalid-argument
 */
export function findNetwork({ name, size = DEFAULT_CAPTURE.inputSize }: { name: string; size?: number }): Network {
  if (!Object.hasOwn(NETWORKS, name)) {
    throw new AppError({
      code: "unknown-network",
      what: `there is no network called "${name}"`,
      todo: `choose one of ${NETWORK_NAMES.join(", ")}`,
    });
  }
  if (!Number.isInteger(size) || size < MINIMUM_INPUT_SIZE) {
    throw new AppError({
      code: "invalid-argument",
      what: `an input size of ${size} pixels is too small`,
      todo: `give a whole number of at least ${MINIMUM_INPUT_SIZE}`,
    });
  }
  return describeNetwork({ name, specs: NETWORKS[name as NetworkName], size });
}
