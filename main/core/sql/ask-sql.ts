/**
 * Runs a statement that a person typed in a process of its own, with a limit of time: whatever the statement does, the
 * backend goes on serving tiles. The process ends with the answer, the limit or the caller's signal.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { AppError } from "#common/errors.ts";
import type { SqlAnswer } from "#common/sql.ts";
import { SQL_TIME_LIMIT_MS } from "#common/sql.ts";

import type { SqlQuestion, SqlReply } from "./sql-protocol.ts";

export interface SqlPlace {
  /** A plain Node: Electron does not run as one. */
  readonly node?: string;
  readonly entry?: URL;
}

/** A statement that needs more memory than this ends with a message. */
const HEAP_MB = 1024;

/** @throws AppError invalid-sql, too-slow, worker-died, what opening the run throws; the signal's reason when aborted */
export function askSql(
  question: SqlQuestion,
  {
    node = process.execPath,
    entry = new URL("./sql-worker.ts", import.meta.url),
    signal,
    limitMs = SQL_TIME_LIMIT_MS,
  }: SqlPlace & { readonly signal?: AbortSignal; readonly limitMs?: number } = {},
): Promise<SqlAnswer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = fork(fileURLToPath(entry), [], {
      execPath: node,
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    // What settles the promise; kept until the process has ended, so that by then its file is closed.
    let settle = (): void => reject(died("it ended without an answer"));
    const end = (why: () => void): void => {
      settle = why;
      child.kill("SIGKILL");
    };
    const kill = (): void => void child.kill("SIGKILL");
    const cancel = (): void => {
      end(() => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is whatever the caller gave
        reject(signal?.reason);
      });
    };
    const timer = setTimeout(() => end(() => reject(tooSlow(limitMs))), limitMs);
    signal?.addEventListener("abort", cancel, { once: true });
    process.once("exit", kill);

    child.on("message", (message) => {
      const reply = message as SqlReply;
      if (reply.type === "answer") settle = () => resolve(reply.answer);
      else if (reply.type === "failed") settle = () => reject(new AppError(reply.failure));
      else settle = () => reject(new Error(reply.message));
    });
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      process.off("exit", kill);
      settle();
    };
    child.once("error", (error) => {
      settle = () => reject(died(error.message, error));
      if (child.pid === undefined) finish(); // it was never there: no `close` comes
    });
    child.once("close", finish);
    child.send(question, (error) => {
      if (error !== null) settle = () => reject(died(error.message, error));
    });
  });
}

function tooSlow(limitMs: number): AppError {
  return new AppError({
    code: "too-slow",
    what: `the statement took longer than ${limitMs / 1000} s and was ended`,
    todo: "ask for less: span_in(from_ns, to_ns, lane) reads only a window, and `pipewave sql` has no limit",
  });
}

function died(why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: "worker-died",
      what: `the process that ran the statement died: ${why}`,
      todo: "ask for fewer rows; it may have run out of memory",
    },
    { cause },
  );
}
