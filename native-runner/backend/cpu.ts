/** tfjs's plain JavaScript backend: slow and simple, the reference that the others are tested against. Not offered to users. */
import { copyToTensor, type Backend } from "./backend.ts";

export async function openCpu(): Promise<Backend> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  await tf.ready();
  return {
    name: "cpu",
    device: "JavaScript",
    tf,
    asynchronous: false,
    shared: false,
    upload: (values, shape) => copyToTensor(tf, values, shape),
    fence: () => Promise.resolve(),
    read: (tensor) => Promise.resolve(tensor.dataSync<"float32">()),
    dispose: () => {
      tf.removeBackend("cpu");
    },
  };
}
