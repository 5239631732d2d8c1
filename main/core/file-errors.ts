/**
 * What the operating system's refusals mean to a person. Anything that is no refusal of the system is a bug and
 * stays what it is.
 */
import { AppError } from "#common/errors.ts";

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** Does a step that writes at `file`. @throws AppError disk-full, write-failed */
export function whileWriting<Result>(file: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw explainWriteFailure(error, file);
  }
}

/** Does a step that reads `file`. @throws AppError file-not-found, file-unreadable */
export function whileReading<Result>(file: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const isMissing = error.code === "ENOENT";
    throw new AppError(
      {
        code: isMissing ? "file-not-found" : "file-unreadable",
        what: isMissing ? "there is no such file or folder" : `it cannot be read (${error.code ?? error.message})`,
        where: { file },
      },
      { cause: error },
    );
  }
}

export function explainWriteFailure(error: unknown, file: string): unknown {
  if (!isSystemError(error)) return error;
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new AppError(
    isFull
      ? { code: "disk-full", what: "there is no room left to write", where: { file }, todo: "free some space" }
      : {
          code: "write-failed",
          what: `the folder of runs cannot be written (${error.code ?? error.message})`,
          where: { file },
          todo: "check its permissions, or choose another folder",
        },
    { cause: error },
  );
}
