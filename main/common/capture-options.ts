/**
 * The options of a capture as people type them: one table for `pipewave capture` and for the runner's own command, so that
 * both have the same names, texts, defaults and refusals. Knows no command-line library.
 */
import { BACKEND_NAMES, CAPTURE_MODES, DEFAULT_CAPTURE, NETWORK_NAMES, type CaptureOptions } from "./runner-api.ts";

/** How an option is typed: `--batch-size <number>`. */
export interface CaptureOptionSpec<Key extends keyof CaptureOptions = keyof CaptureOptions> {
  readonly key: Key;
  readonly flag: string;
  readonly placeholder: string;
  readonly description: string;
  /** What it takes, in words, for the refusal. */
  readonly takes: string;
  /** The value of what was typed; undefined when it is none. */
  readonly read: (text: string) => CaptureOptions[Key] | undefined;
}

const choice = <Key extends "network" | "backend" | "mode">(
  key: Key,
  { choices, description }: { choices: readonly CaptureOptions[Key][]; description: string },
): CaptureOptionSpec<Key> => ({
  key,
  flag: key,
  placeholder: "name",
  description: `${description}: ${choices.join(", ")}`,
  takes: `one of ${choices.join(", ")}`,
  read: (text) => choices.find((one) => one === text),
});

type NumberKey = Extract<
  keyof CaptureOptions,
  "workers" | "batches" | "warmUpBatches" | "batchSize" | "inputSize" | "seed" | "bufferDepth"
>;

const count = (
  key: NumberKey,
  { flag = key, from = 1, description }: { flag?: string; from?: number; description: string },
): CaptureOptionSpec<NumberKey> => ({
  key,
  flag,
  placeholder: "number",
  description,
  takes: `a whole number from ${from}`,
  read: (text) => {
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= from ? value : undefined;
  },
});

/** In the order in which help lists them. What is not here (`record`) is not for people. */
export const CAPTURE_OPTION_SPECS: readonly CaptureOptionSpec[] = [
  choice("network", { choices: NETWORK_NAMES, description: "network to run" }),
  choice("backend", { choices: BACKEND_NAMES, description: "what computes" }),
  choice("mode", { choices: CAPTURE_MODES, description: "one batch at a time, or as many as the channels hold" }),
  count("workers", { description: "workers of the pipeline" }),
  {
    key: "partition",
    flag: "partition",
    placeholder: "ranges",
    description: "blocks of each worker: balanced, even, or ranges such as 0-2,3-7,8-27",
    takes: "balanced, even, or ranges such as 0-2,3-7,8-27",
    read: (text) => (/^(?:balanced|even|\d[\d\s,-]*)$/.test(text) ? text : undefined),
  },
  count("batches", { description: "batches that are recorded" }),
  count("warmUpBatches", { flag: "warm-up", from: 0, description: "batches before them that are not recorded" }),
  count("batchSize", { flag: "batch-size", description: "images a batch" }),
  count("inputSize", { flag: "input-size", description: "height and width of an image in pixels" }),
  count("seed", { from: 0, description: "seed of weights and images" }),
  count("bufferDepth", { flag: "buffers", description: "batches that a channel between two workers holds" }),
];

/** Why a value is refused: `--workers takes a whole number from 1, not "x"`. */
const describeRefusal = ({ flag, takes }: CaptureOptionSpec, text: string): string =>
  `--${flag} takes ${takes}, not "${text}"`;

/**
 * Options from what was typed, by flag; what was not typed is as in `DEFAULT_CAPTURE`.
 * @returns the first refusal as text instead, when there is one
 */
export function readCaptureOptions(typed: Readonly<Record<string, string | undefined>>): CaptureOptions | string {
  const given: Partial<Record<keyof CaptureOptions, unknown>> = {};
  for (const spec of CAPTURE_OPTION_SPECS) {
    const text = typed[spec.flag];
    if (text === undefined) continue;
    const value = spec.read(text);
    if (value === undefined) return describeRefusal(spec, text);
    given[spec.key] = value;
  }
  return { ...DEFAULT_CAPTURE, ...(given as Partial<CaptureOptions>) };
}
