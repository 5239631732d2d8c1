/** What lies in a slot of a channel: the batch's number, then the tensors that cross the cut, each aligned to 16 bytes. */
import type { LiveTensor } from "../network/program.ts";

const HEADER_BYTES = 16;
const align = (length: number): number => Math.ceil(length / 16) * 16;

/** Size of a slot for these tensors. */
export function messageBytes(tensors: readonly LiveTensor[]): number {
  return tensors.reduce((sum, { byteLength }) => sum + align(byteLength), HEADER_BYTES);
}

const numberAt = (slot: Uint8Array): Int32Array => new Int32Array(slot.buffer, slot.byteOffset, 1);

export const readBatchNumber = (slot: Uint8Array): number => numberAt(slot)[0];

export function writeBatchNumber(slot: Uint8Array, batch: number): void {
  numberAt(slot)[0] = batch;
}

/** Views of the tensors in a slot, in the order of `tensors`; valid until the slot is handed back. */
export function readTensors({
  slot,
  tensors,
}: {
  slot: Uint8Array;
  tensors: readonly LiveTensor[];
}): readonly Float32Array[] {
  let offset = slot.byteOffset + HEADER_BYTES;
  return tensors.map(({ byteLength }) => {
    const values = new Float32Array(slot.buffer, offset, byteLength / Float32Array.BYTES_PER_ELEMENT);
    offset += align(byteLength);
    return values;
  });
}

/** Copies values into a slot, in the order that `readTensors` expects. */
export function writeTensors({ slot, values }: { slot: Uint8Array; values: readonly Float32Array[] }): void {
  let offset = slot.byteOffset + HEADER_BYTES;
  for (const tensor of values) {
    new Float32Array(slot.buffer, offset, tensor.length).set(tensor);
    offset += align(tensor.byteLength);
  }
}
