/**
 * Tells a trace of PyTorch's profiler (Kineto) among traces in Chrome's format, by what only Kineto writes: keys beside the
 * events, or the categories of its events, of 2021 and of today. Says nothing about files of other formats.
 */

const TOP_LEVEL = /"(?:deviceProperties|distributedInfo|record_shapes|cupti_version|roctracer_version)"\s*:/;
const CATEGORY =
  /"cat"\s*:\s*"(?:cpu_op|user_annotation|gpu_user_annotation|kernel|gpu_memcpy|gpu_memset|(?:cuda|hip|xpu)_(?:runtime|driver)|ac2g|fwdbwd|python_function|Operator|Runtime|Kernel|Memcpy|Memset)"/;

/** Bytes of the head that are looked at: the first events are among them, unless what stands before them is huge. */
const LOOKED_AT_BYTES = 1 << 18;

const decoder = new TextDecoder("latin1");

export function looksLikeKineto(head: Uint8Array): boolean {
  const text = decoder.decode(head.subarray(0, LOOKED_AT_BYTES));
  return TOP_LEVEL.test(text) || CATEGORY.test(text);
}
