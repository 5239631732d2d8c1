/** Tells an export of this product by its first bytes; apart from the reading of one, which is loaded when it is needed. */

const decoder = new TextDecoder();
const BEGINNING = /^\s*\{\s*"pipewave"\s*:\s*\{/;

/** Whether content that begins with `head` is an export of this product. */
export function isOwnExport(head: Uint8Array): boolean {
  return BEGINNING.test(decoder.decode(head.subarray(0, 256)));
}
