/**
 * TensorFlow's own runtime through `@tensorflow/tfjs-node-gpu` (CUDA) or `@tensorflow/tfjs-node`: used when installed.
 *
 * Both are optional peers, never dependencies: their install step downloads libtensorflow. tfjs-node 4.22 calls
 * `util.isNullOrUndefined` and its like, which Node 23 removed; they are put back before the package is loaded. On CUDA an
 * operation returns when it is enqueued; the only thing that waits is reading, so the fence reads one value of the result.
 */
import { createRequire } from "node:module";
import util from "node:util";
import { AppError } from "#common/errors.ts";
import { copyToTensor, type Backend, type Tf } from "./backend.ts";

const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** The optional peer that is installed, looked for from the working directory too; undefined when there is none. */
export function findTensorflowPackage(): { readonly name: string; readonly path: string } | undefined {
  const places = [import.meta.url, `${process.cwd()}/package.json`];
  for (const name of PACKAGES) {
    for (const place of places) {
      try {
        return { name, path: createRequire(place).resolve(name) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      }
    }
  }
  return undefined;
}

/** Functions of `node:util` that Node 23 removed and tfjs-node 4.22 still calls. */
function restoreRemovedUtilities(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  };
  const target = util as unknown as Record<string, unknown>;
  for (const [name, restore] of Object.entries(removed)) target[name] ??= restore;
}

/** @throws AppError backend-unavailable: not installed, or its native part does not load */
export async function openTensorflow(): Promise<Backend> {
  const found = findTensorflowPackage();
  if (found === undefined) {
    throw new AppError({
      code: "backend-unavailable",
      what: "the tensorflow backend cannot be used here: neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed",
      todo: 'run "npm install @tensorflow/tfjs-node-gpu" beside Pipewave, or use another backend',
    });
  }
  restoreRemovedUtilities();
  let tf: Tf;
  try {
    tf = createRequire(import.meta.url)(found.path) as Tf;
    if (!(await tf.setBackend("tensorflow"))) throw new Error('it registers no backend called "tensorflow"');
    await tf.ready();
  } catch (cause) {
    throw new AppError(
      {
        code: "backend-unavailable",
        what: `the tensorflow backend cannot be used here: ${found.name} is installed but does not load (${firstLine(cause)})`,
        todo: `run "npm rebuild ${found.name}", or use another backend`,
      },
      { cause },
    );
  }
  const onGpu = found.name.endsWith("-gpu");
  return {
    name: "tensorflow",
    device: found.name,
    tf,
    asynchronous: false,
    shared: onGpu,
    upload: (values, shape) => copyToTensor(tf, values, shape),
    fence: (result) => {
      if (onGpu) tf.tidy(() => tf.slice(tf.reshape(result, [-1]), [0], [1]).dataSync());
      return Promise.resolve();
    },
    read: (tensor) => Promise.resolve(tensor.dataSync<"float32">()),
    dispose: () => {
      tf.removeBackend("tensorflow");
    },
  };
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
