/** What to tell a person when the runner ended without saying goodbye: from how it ended and what it said last. Pure. */
import { AppError } from "./errors.ts";

export interface RunnerDeath {
  /** Exit code, where it ended by itself. */
  readonly code: number | undefined;
  /** Signal that ended it, such as SIGKILL. */
  readonly signal: string | undefined;
  /** The end of what it wrote on stderr: for details, too long for a sentence. */
  readonly lastWords: string;
}

const MEMORY = /out of memory|heap limit|bad_alloc|cannot allocate memory/iu;
/** The line of a crash that says why; stack frames and Node's frame around them say nothing to a person. */
const REASON = /^(?:FATAL ERROR|[A-Z]\w*(?:Error|Exception))\b.*$/mu;

/** The failure; `lastWords` are its cause. */
export function describeRunnerDeath({ code, signal, lastWords }: RunnerDeath): AppError {
  const cause = lastWords === "" ? undefined : new Error(lastWords);
  if (MEMORY.test(lastWords)) {
    return new AppError(
      {
        code: "out-of-memory",
        what: "the runner has no memory left",
        todo: "choose a smaller --input-size, a smaller --batch-size or fewer --workers",
      },
      { cause },
    );
  }
  const how = signal === undefined ? `ended with code ${code ?? "unknown"}` : `was ended by ${signal}`;
  const reason = REASON.exec(lastWords)?.[0];
  const why =
    reason !== undefined
      ? ` (${reason})`
      : signal === "SIGKILL"
        ? ": somebody killed it, or the system did because memory ran out"
        : "";
  return new AppError({ code: "runner-died", what: `the runner ${how}${why}` }, { cause });
}
