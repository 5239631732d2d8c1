/** The networks that the runner knows, by the name that `--network` takes. */
import { AppError } from "#common/errors.ts";
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

const NETWORKS: Readonly<Record<string, readonly BlockSpec[]>> = { resnet28, resnet18, resnet50, tiny };

export const NETWORK_NAMES: readonly string[] = Object.keys(NETWORKS);
export const DEFAULT_INPUT_SIZE = 224;

/**
 * The network of that name for images of `size × size` pixels.
 * @throws AppError unknown-network, invalid-argument
 */
export function findNetwork({ name, size = DEFAULT_INPUT_SIZE }: { name: string; size?: number }): Network {
  const specs = NETWORKS[name];
  if (specs === undefined) {
    throw new AppError({
      code: "unknown-network",
      what: `there is no network called "${name}"`,
      todo: `choose one of ${NETWORK_NAMES.join(", ")}`,
    });
  }
  if (!Number.isInteger(size) || size < 32) {
    throw new AppError({
      code: "invalid-argument",
      what: `an input size of ${size} pixels is too small`,
      todo: "give a whole number of at least 32",
    });
  }
  return describeNetwork({ name, specs, size });
}
