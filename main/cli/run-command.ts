/**
 * The frame of every command: prints its result once, as text or as one JSON document; turns an expected failure into a
 * sentence on stderr (and a document on stdout with --json) and exit code 1; stops cleanly on Ctrl-C with exit code 130.
 *
 * A bug is not caught: its stack trace is wanted.
 */
import { AppError } from "#common/errors.ts";

import { createProgressLine, printAside, printJson, printText } from "./terminal.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}

export interface CommandContext {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly step?: string; readonly share?: number }) => void;
}

export interface CommandResult {
  /** What --json prints. */
  readonly document: unknown;
  /** What a person reads; nothing is printed when it is empty. */
  readonly text: () => string;
  /** Sentence for stderr of a result that is a failure all the same. */
  readonly failure?: string;
  /** True when stopping was obeyed and this is what was kept: it is printed like any result, and the exit code is 0. */
  readonly keptOnStop?: boolean;
}

const STOPPING_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Rejected with by a command that was stopped. */
class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("stopped before the end; nothing was left behind");
    this.exitCode = exitCode;
  }
}

/** Runs a command to its end and sets the exit code. */
export async function runCommand(
  { json = false }: CommonOptions,
  body: (context: CommandContext) => Promise<CommandResult>,
): Promise<void> {
  const stopping = new AbortController();
  const progress = createProgressLine();
  const handlers = Object.entries(STOPPING_SIGNALS).map(([name, exitCode]) => {
    const stop = (): void => {
      if (stopping.signal.aborted) process.exit(exitCode); // twice means "at once"
      stopping.abort(new StoppedError(exitCode));
    };
    process.on(name, stop);
    return { name, stop };
  });
  try {
    const result = await body({ signal: stopping.signal, onProgress: (step) => progress.show(step) });
    if (result.keptOnStop !== true) stopping.signal.throwIfAborted();
    progress.clear();
    if (json) printJson(result.document);
    else printText(result.text());
    if (result.failure !== undefined) {
      printAside(result.failure);
      process.exitCode = 1;
    }
  } catch (error) {
    progress.clear();
    explain(stopping.signal.aborted ? stopping.signal.reason : error, json);
  } finally {
    for (const { name, stop } of handlers) process.off(name, stop);
  }
}

function explain(error: unknown, json: boolean): void {
  if (error instanceof StoppedError) {
    process.exitCode = error.exitCode;
    if (json) printJson({ error: { code: "stopped", message: error.message } });
    printAside(error.message);
    return;
  }
  if (!(error instanceof AppError)) throw error;
  process.exitCode = 1;
  const advised = adviseForCommand(error);
  if (json) printJson({ error: describeError(advised) });
  printAside(advised.message);
}

/** The same failure with the option that helps, where the general advice cannot know it. */
export function adviseForCommand(error: AppError): AppError {
  if (error.code !== "file-exists") return error;
  const todo = "add --force to replace it, or choose another name with -o";
  return new AppError({ ...error.fields, todo }, { cause: error });
}

/** An expected failure as it stands in a JSON document. */
export function describeError({ fields, message }: AppError): object {
  return { code: fields.code, message, what: fields.what, where: fields.where, todo: fields.todo };
}
