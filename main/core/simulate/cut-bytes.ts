/**
 * Bytes that cross the cuts of a captured network, up to one common factor (images a batch), which cancels where they are used.
 *
 * A run file names its network but not the size of its images; the FLOPs of its stages tell which of the usual ones it was.
 */
import { AppError } from "#common/errors.ts";
import type { Run, Stage } from "#common/model.ts";
import { findNetwork } from "#common/network/catalogue.ts";
import { bytesAcrossCut } from "./device.ts";

/** Sizes that are tried: every multiple of 16 pixels, which all the networks here and nearly all images for them have. */
const SIZES = Array.from({ length: 63 }, (_, step) => 32 + 16 * step);

/** @returns undefined when the network is not known, or none of its sizes has these stages */
export function findCutBytes({
  run: { network: name },
  stages,
}: {
  readonly run: Pick<Run, "network">;
  readonly stages: readonly Stage[];
}): ((after: number) => number) | undefined {
  if (name === undefined) return undefined;
  for (const size of SIZES) {
    const network = tryNetwork({ name, size });
    if (network === undefined) return undefined;
    if (network.blocks.length !== stages.length) return undefined;
    const isSame = stages.every(({ ordinal, flops }) => network.blocks[ordinal].flops === flops);
    if (isSame) return (after) => bytesAcrossCut(network.blocks, after);
  }
  return undefined;
}

function tryNetwork(wanted: { name: string; size: number }): ReturnType<typeof findNetwork> | undefined {
  try {
    return findNetwork(wanted);
  } catch (error) {
    // An imported run may name any network.
    if (error instanceof AppError && error.code === "unknown-network") return undefined;
    throw error;
  }
}
