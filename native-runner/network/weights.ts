/**
 * Weights from a seed: He initialisation (He et al. 2015, arXiv 1502.01852), the same on every backend and machine.
 *
 * Every block draws from its own generator, seeded by (seed, block), so that a worker makes only its own blocks' weights and
 * gets the same numbers whatever the partition. Biases are zero. The convolution before a `res` block is scaled down by
 * 1/√2, and so is a projection, so that activations keep their size through the additions.
 */
import { elements, type Block } from "#common/network/layer.ts";

/** Weights of one block: convolution kernels are [height, width, in, out], those of `fc` are [in, out]. */
export interface BlockWeights {
  readonly kernel?: { readonly shape: readonly number[]; readonly values: Float32Array };
  readonly bias?: Float32Array;
}

/** xorshift-multiply generator "mulberry32" (Tommy Ettinger, public domain): 32 bits of state, uniform in [0, 1). */
function createUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fills with normal deviates of mean 0 and the given standard deviation (Box–Muller, both values used). */
function fillNormal({
  values,
  deviation,
  uniform,
}: {
  values: Float32Array;
  deviation: number;
  uniform: () => number;
}): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}

const seedOf = ({ seed, block }: { seed: number; block: number }): number =>
  Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(block + 1, 0xc2b2ae35);

/** Weights of a block; a block without parameters gives an empty object. */
export function createWeights({ block, seed }: { block: Block; seed: number }): BlockWeights {
  const uniform = createUniform(seedOf({ seed, block: block.index }));
  const { spec } = block;
  if (spec.op === "conv") {
    return normalKernel({
      shape: [spec.kernel, spec.kernel, block.input.channels, spec.channels],
      gain: spec.relu ? 2 : 1,
      uniform,
    });
  }
  if (spec.op === "fc") return normalKernel({ shape: [elements(block.input), spec.outputs], gain: 1, uniform });
  const projection = block.skip?.projection;
  if (projection === undefined) return {};
  return normalKernel({ shape: [1, 1, projection.from, projection.to], gain: 1, uniform });
}

function normalKernel({
  shape,
  gain,
  uniform,
}: {
  shape: readonly number[];
  gain: number;
  uniform: () => number;
}): BlockWeights {
  const outputs = shape[shape.length - 1];
  const count = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(count);
  fillNormal({ values, deviation: Math.sqrt((gain * outputs) / count), uniform });
  return { kernel: { shape, values }, bias: new Float32Array(outputs) };
}

/** Images of one batch, values in [0, 1), reproducible by (seed, batch): [images, height, width, 3] flattened. */
export function createImages({ seed, batch, length }: { seed: number; batch: number; length: number }): Float32Array {
  const uniform = createUniform(seedOf({ seed: seed ^ 0x51ed270b, block: batch }));
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = uniform();
  return values;
}
