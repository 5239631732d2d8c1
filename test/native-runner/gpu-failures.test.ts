/** A GPU that refuses something says so later and elsewhere: whoever waits for it next must hear it. */
import { expect, test } from "vitest";

import { AppError } from "#common/errors.ts";

import { watchDevice, type FallibleDevice } from "../../native-runner/backend/gpu-failures.ts";

function createDevice() {
  let refuse: Parameters<FallibleDevice["addEventListener"]>[1] = () => undefined;
  const lost = Promise.withResolvers<{ reason: string; message: string }>();
  let prevented = 0;
  const device: FallibleDevice = {
    lost: lost.promise,
    addEventListener: (_, listener) => {
      refuse = listener;
    },
  };
  return {
    device,
    lose: lost.resolve,
    refuse: (message: string) => refuse({ error: { message }, preventDefault: () => (prevented += 1) }),
    prevented: () => prevented,
  };
}

const codeOf = (throwIfFailed: () => void): string | undefined => {
  try {
    throwIfFailed();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

test("a device without failures throws nothing, nor does one that was given back", async () => {
  const { device, lose } = createDevice();
  const throwIfFailed = watchDevice(device);
  expect(codeOf(throwIfFailed)).toBeUndefined();
  lose({ reason: "destroyed", message: "device was destroyed" });
  await device.lost;
  expect(codeOf(throwIfFailed)).toBeUndefined();
});

test("the first refusal is thrown every time, and kept off the console", () => {
  const { device, refuse, prevented } = createDevice();
  const throwIfFailed = watchDevice(device);
  refuse("Binding is missing.\n - While encoding [Dispatch].");
  refuse("Buffer size (1099511627776) exceeds the max buffer size limit (268435456).");
  expect([codeOf(throwIfFailed), codeOf(throwIfFailed)]).toEqual(["runner-died", "runner-died"]);
  expect(throwIfFailed).toThrow(/^the GPU refused an operation.*\(Binding is missing\)/u);
  expect(prevented()).toBe(2);
});

test.each([
  "Buffer size (1099511627776) exceeds the max buffer size limit (268435456).",
  "Failed to allocate memory: Out of memory",
])("%j is a lack of memory", (message) => {
  const { device, refuse } = createDevice();
  const throwIfFailed = watchDevice(device);
  refuse(message);
  expect(codeOf(throwIfFailed)).toBe("out-of-memory");
});

test("a lost device is a failure", async () => {
  const { device, lose } = createDevice();
  const throwIfFailed = watchDevice(device);
  lose({ reason: "unknown", message: "the driver was reset" });
  await device.lost;
  expect(throwIfFailed).toThrow("the driver was reset");
});
