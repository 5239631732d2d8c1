/**
 * Expected failures: what a person can run into without anybody having made a mistake in the code.
 *
 * Three kinds are never mixed: a bug throws what it throws; an expected failure is an `AppError`; a cancellation is the
 * reason of an `AbortSignal`. An `AppError` says what happened, where, and what to do, and crosses the wire unchanged.
 */

/** Every code, with what it stands for. Codes are stable: programs match on them. */
export const ERROR_CODES = {
  "file-not-found": "the path names nothing",
  "file-unreadable": "the operating system refused to read",
  "file-empty": "the file has no bytes",
  "file-exists": "writing would replace a file that nobody asked to replace",
  "disk-full": "no room to write",
  "write-failed": "the operating system refused to write",
  "unknown-format": "no importer recognises the content",
  "ambiguous-format": "several importers recognise the content",
  "corrupt-compression": "a compressed stream is damaged or cut off",
  "truncated-trace": "the trace ends before its closing bracket",
  "malformed-trace": "the trace breaks its own format",
  "no-spans": "the trace is well formed and holds no span",
  "invalid-rules": "a rules file is not usable",
  "not-a-run-file": "not a Pipewave run file",
  "damaged-run-file": "a run file that SQLite or its checks reject",
  "incomplete-run-file": "a run file whose writing was interrupted",
  "newer-run-file": "a run file written by a newer version",
  "no-pipeline": "no span was recognised as pipeline work",
  "unknown-scope": "the run has no such iteration or replica",
  "unknown-run": "the library has no such run",
  "unknown-job": "no such job",
  "unknown-network": "no such network",
  "impossible-order": "a schedule that nobody can execute",
  "malformed-schedule": "a schedule table that cannot be read",
  "invalid-argument": "an option or argument is not usable",
  "invalid-sql": "SQLite rejects the statement",
  "backend-unavailable": "the compute backend cannot be used here",
  "runner-died": "the runner process ended without saying goodbye",
  "worker-died": "a worker thread ended without an answer",
  "out-of-memory": "the device or the process has no memory left",
  "too-large": "a limit of size was exceeded",
  "too-slow": "a limit of time was exceeded",
  refused: "the host does not allow the request",
  "connection-lost": "the other side of the wire is gone",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where it happened. Leave out what is not known. */
export interface ErrorPlace {
  readonly file?: string;
  /** Offset in the decompressed content unless `compressed` is true. */
  readonly byteOffset?: number;
  readonly compressed?: boolean;
  readonly row?: number;
  readonly column?: string;
}

export interface AppErrorFields {
  readonly code: ErrorCode;
  /** What happened, one clear sentence without a full stop, first letter as it stands inside a sentence. */
  readonly what: string;
  readonly where?: ErrorPlace;
  /** What the person can do about it, one imperative sentence without a full stop. */
  readonly todo?: string;
}

/** An expected failure. `message` is the whole sentence, ready to show. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly fields: AppErrorFields;

  constructor(fields: AppErrorFields, options?: { cause?: unknown }) {
    super(describeFailure(fields), options);
    this.fields = fields;
  }

  get code(): ErrorCode {
    return this.fields.code;
  }
}

/** `file: what (byte 123): todo` as one line for people. */
export function describeFailure({ what, where, todo }: AppErrorFields): string {
  const file = where?.file === undefined ? "" : `${where.file}: `;
  const details = [
    where?.byteOffset === undefined
      ? undefined
      : `at byte ${where.byteOffset}${where.compressed === true ? " of the compressed file" : ""}`,
    where?.row === undefined ? undefined : `row ${where.row}`,
    where?.column === undefined ? undefined : `column ${where.column}`,
  ].filter((detail) => detail !== undefined);
  const place = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return `${file}${what}${place}${todo === undefined ? "" : `; ${todo}`}`;
}
