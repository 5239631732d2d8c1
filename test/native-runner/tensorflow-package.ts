/**
 * A package in the shape of `@tensorflow/tfjs-node-gpu`, made in a folder: it registers a tfjs backend called "tensorflow" that
 * delegates to the plain JavaScript one, and calls at load what the real package calls. Told so by the environment variable
 * FAKE_TENSORFLOW (`throw:40`, `memory:40`, `exit:40`, `kill:40`), it misbehaves at its n-th operation in a thread; `mark:40`
 * makes a file called "mark" in the working directory, so that a test knows how far it is.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const requireHere = createRequire(import.meta.url);

const SOURCE = `
const util = require("node:util");
// tfjs-node 4.22 asks this at load, and Node 23 removed it.
if (util.isNullOrUndefined("loaded")) throw new Error("unreachable");
const tf = require(${JSON.stringify(requireHere.resolve("@tensorflow/tfjs-core"))});
require(${JSON.stringify(requireHere.resolve("@tensorflow/tfjs-backend-cpu"))});

const [deed, at] = (process.env.FAKE_TENSORFLOW ?? "").split(":");
const deeds = {
  throw: () => { throw new Error("the device is on fire\\n    with details"); },
  memory: () => { throw new Error("OOM when allocating tensor with shape[1,2,3]"); },
  exit: () => process.exit(7),
  mark: () => require("node:fs").writeFileSync("mark", ""),
  kill: () => process.kill(process.pid, "SIGKILL"),
};
let operations = 0;
tf.registerBackend("tensorflow", tf.findBackendFactory("cpu"));
for (const kernel of tf.getKernelsForBackend("cpu")) {
  tf.registerKernel({
    ...kernel,
    backendName: "tensorflow",
    kernelFunc: (args) => {
      operations += 1;
      if (deed !== "" && operations === Number(at)) deeds[deed]();
      return kernel.kernelFunc(args);
    },
  });
}
module.exports = tf;
`;

/** Puts the package below \`folder\`, as npm would; from there a runner finds it. */
export function installFakeTensorflow(folder: string, { source = SOURCE }: { source?: string } = {}): void {
  const home = path.join(folder, "node_modules", "@tensorflow", "tfjs-node-gpu");
  mkdirSync(home, { recursive: true });
  writeFileSync(
    path.join(home, "package.json"),
    JSON.stringify({ name: "@tensorflow/tfjs-node-gpu", main: "index.js" }),
  );
  writeFileSync(path.join(home, "index.js"), source);
}
