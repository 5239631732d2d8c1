/**
 * The runner as a child process under a plain Node: starts it, says commands, hears events, and knows how it ended. What it
 * writes on stderr (the GPU's libraries talk there) is kept out of sight, for the details of a failure.
 *
 * It refuses to interpret events. Whatever happens to the child, this process goes on.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { RunnerCommand, RunnerEvent } from "#common/runner-api.ts";
import type { RunnerDeath } from "#common/runner-death.ts";

/** Where the runner lies. Electron cannot be the Node it runs under: it forbids the array buffers that the GPU needs. */
export interface RunnerLocation {
  readonly node: string;
  readonly entry: string;
}

/** This Node and the runner of this checkout or installation. */
const DEFAULT_RUNNER: RunnerLocation = {
  node: process.execPath,
  entry: fileURLToPath(new URL("../../../native-runner/index.ts", import.meta.url)),
};

/** Which runner, and in which surroundings; by default those of this process. */
export interface RunnerPlace {
  readonly runner?: RunnerLocation;
  readonly env?: NodeJS.ProcessEnv;
  /** Where optional backends are looked for. */
  readonly cwd?: string;
}

export interface RunnerProcess {
  /** Does nothing when the runner has ended. */
  say(command: RunnerCommand): void;
  /** Fulfilled when the runner has ended and every event of it was heard. Never rejects. */
  readonly ended: Promise<RunnerDeath>;
}

const LAST_WORDS_CHARACTERS = 16_384;

/** Starts a runner that does not outlive this process. */
export function startRunner({
  runner: location = DEFAULT_RUNNER,
  env = process.env,
  cwd = process.cwd(),
  onEvent,
}: RunnerPlace & { readonly onEvent: (event: RunnerEvent) => void }): RunnerProcess {
  const child = fork(location.entry, [], {
    execPath: location.node,
    execArgv: [],
    env,
    cwd,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  let lastWords = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
  });
  child.on("message", (event) => {
    onEvent(event as RunnerEvent);
  });
  return {
    say(command) {
      // A channel that closes meanwhile is the runner's end, which `ended` tells.
      if (child.connected) child.send(command, () => undefined);
    },
    ended: waitForEnd(child, () => lastWords),
  };
}

/** `close` comes after the process has ended, its stderr and its channel were read to their ends. */
function waitForEnd(child: ReturnType<typeof fork>, lastWords: () => string): Promise<RunnerDeath> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve({ code: undefined, signal: undefined, lastWords: `Error: ${error.message}` });
    });
    child.once("close", (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined, lastWords: lastWords() });
    });
  });
}
