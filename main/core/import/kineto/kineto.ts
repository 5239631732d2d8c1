/**
 * Importer of PyTorch profiler traces (Kineto, 2021 to today): read like every Chrome trace, then told what only they say:
 * which call launched which GPU operation, which ranks the job has, which kernels communicate. Annotations of a pipeline
 * become device time; a trace without any stays lanes.
 */
import { chromeTrace, isChromeFamily } from "../chrome-trace/chrome-trace.ts";
import type { Importer } from "../importer.ts";
import { NCCL_FALLBACK_RULES } from "../recognise/rules.ts";
import { looksLikeKineto } from "./looks-like-kineto.ts";

export const kineto: Importer = {
  format: "kineto",
  describes: "PyTorch profiler (Kineto)",
  rules: NCCL_FALLBACK_RULES,

  sniff: (head) => isChromeFamily(head) && looksLikeKineto(head),

  async read(window, trace, options) {
    await chromeTrace.read(window, trace, options);
    const { addJobAndDevice } = await import("./add-job-and-device.ts");
    addJobAndDevice(trace, options);
  },
};
