/**
 * Finds SwiftShader, the software GPU that comes with Chromium, for tests that run WebGPU for real without a GPU: the folder
 * that holds it and a Vulkan loader. Says why where it is not to be had; such tests are then skipped with that reason.
 */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

import { findChromium } from "./chromium.ts";

const FILES = ["libvk_swiftshader.so", "vk_swiftshader_icd.json", "libvulkan.so.1"];

export type Swiftshader =
  | { readonly env: NodeJS.ProcessEnv; readonly missing?: undefined }
  | { readonly env?: undefined; readonly missing: string };

/** The environment in which Dawn finds SwiftShader. */
export function findSwiftshader(): Swiftshader {
  const { executable, missing } = findChromium();
  if (executable === undefined) return { missing };
  const real = realpathSync(executable);
  // Debian puts a script on PATH that starts the browser of the same name below /usr/lib.
  const folders = [path.dirname(real), path.resolve(path.dirname(real), "../lib", path.basename(real))];
  const folder = folders.find((one) => FILES.every((file) => existsSync(path.join(one, file))));
  if (folder === undefined) return { missing: `no ${FILES.join(", ")} beside ${path.basename(real)}` };
  return {
    env: {
      ...process.env,
      LD_LIBRARY_PATH: folder,
      VK_ICD_FILENAMES: path.join(folder, "vk_swiftshader_icd.json"),
    },
  };
}
