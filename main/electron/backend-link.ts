/**
 * The backend's utility process as the window sees it: started, given the pages' ports, started again when it dies, stopped
 * in good order. Runs are written atomically, so that a crash loses nothing but the jobs that were under way: it names them.
 * Decides nothing about what a person is told.
 */
import type { MessagePortMain, UtilityProcess } from "electron";
import { utilityProcess } from "electron";

import type { AppErrorFields } from "#common/errors.ts";

import type { BackendStart, FromBackend, JobSummary, ToBackend } from "./backend-protocol.ts";

export interface BackendCrash {
  readonly code: number;
  /** The end of what it wrote on stderr. */
  readonly lastWords: string;
  /** Jobs that were under way. */
  readonly interrupted: readonly JobSummary[];
  /** Present when it died too often to be started again without being asked. */
  readonly startAgain?: () => void;
}

export interface BackendLinkOptions {
  readonly entry: string;
  readonly start: BackendStart;
  readonly onJobs: (running: readonly JobSummary[]) => void;
  readonly onOpened: (path: string) => void;
  readonly onCrash: (crash: BackendCrash) => void;
  /** The library cannot be used: nothing was started. */
  readonly onFailure: (failure: AppErrorFields) => void;
}

export interface BackendLink {
  /** Gives a page's port to the backend, or to the next one where there is none just now. */
  readonly connect: (port: MessagePortMain) => void;
  readonly running: () => readonly JobSummary[];
  /** Cancels jobs and closes files first; ends the process even if it does not answer. */
  readonly stop: () => Promise<void>;
}

const LAST_WORDS_CHARACTERS = 8192;
/** Dying so often in so short a time is no accident. */
const CRASHES_ALLOWED = 3;
const CRASH_WINDOW_MS = 60_000;
const STOP_GRACE_MS = 5_000;

export function startBackend(options: BackendLinkOptions): BackendLink {
  const crashTimesMs: number[] = [];
  let running = new Map<JobSummary["id"], JobSummary>();
  let stopping: PromiseWithResolvers<undefined> | undefined;
  /** Came while there was no backend. */
  let waitingPorts: MessagePortMain[] = [];
  let child = launch();

  function launch(): UtilityProcess | undefined {
    const started = utilityProcess.fork(options.entry, [], {
      serviceName: "Pipewave backend",
      stdio: ["ignore", "ignore", "pipe"],
    });
    let lastWords = "";
    started.stderr?.on("data", (text: Buffer) => {
      lastWords = (lastWords + text.toString()).slice(-LAST_WORDS_CHARACTERS);
    });
    started.on("message", (message: FromBackend) => hear(message));
    started.once("exit", (code) => {
      child = undefined;
      if (stopping === undefined) recover(code, lastWords);
      else stopping.resolve(undefined);
    });
    say(started, { type: "start", options: options.start });
    for (const port of waitingPorts) say(started, { type: "connect" }, [port]);
    waitingPorts = [];
    return started;
  }

  function hear(message: FromBackend): void {
    switch (message.type) {
      case "job": {
        const { job } = message;
        if (job.state === "running") running.set(job.id, job);
        else running.delete(job.id);
        options.onJobs([...running.values()]);
        break;
      }
      case "opened":
        options.onOpened(message.path);
        break;
      case "failed":
        options.onFailure(message.failure);
        break;
      case "closed":
        child?.kill();
    }
  }

  function recover(code: number, lastWords: string): void {
    const interrupted = [...running.values()];
    running = new Map();
    options.onJobs([]);
    const nowMs = performance.now();
    crashTimesMs.push(nowMs);
    const recent = crashTimesMs.filter((timeMs) => nowMs - timeMs < CRASH_WINDOW_MS);
    const startAgain = (): void => {
      child ??= launch();
    };
    if (recent.length <= CRASHES_ALLOWED) startAgain();
    options.onCrash({ code, lastWords, interrupted, ...(recent.length <= CRASHES_ALLOWED ? {} : { startAgain }) });
  }

  return {
    connect(port) {
      if (child === undefined) waitingPorts.push(port);
      else say(child, { type: "connect" }, [port]);
    },
    running: () => [...running.values()],
    async stop() {
      if (stopping === undefined) {
        stopping = Promise.withResolvers<undefined>();
        if (child === undefined) stopping.resolve(undefined);
        else say(child, { type: "close" });
      }
      const timer = setTimeout(() => child?.kill(), STOP_GRACE_MS);
      await stopping.promise;
      clearTimeout(timer);
    },
  };
}

function say(child: UtilityProcess, message: ToBackend, ports: MessagePortMain[] = []): void {
  child.postMessage(message, ports);
}
