/**
 * What the application has to tell: short notices that go by themselves, and the one dialog of an unexpected error.
 *
 * `tell` sorts failures into the three kinds: an expected one becomes a notice in words, a cancellation is silence, anything
 * else is a bug and opens the dialog with details to copy. Nothing is swallowed and nothing ends the application.
 */
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";

export interface NoticeAction {
  readonly label: string;
  readonly act: () => void;
}

export interface Notice {
  readonly id: number;
  readonly tone: "plain" | "failure";
  readonly text: string;
  /** What to do, or where. */
  readonly detail?: string | undefined;
  readonly action?: NoticeAction | undefined;
}

export interface UnexpectedError {
  readonly message: string;
  /** Everything that helps to find the bug, as text. */
  readonly details: string;
}

/** Long enough to read two lines and to reach Undo. */
const NOTICE_MS = 10_000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  unexpected = $state.raw<UnexpectedError | undefined>(undefined);
  #nextId = 1;

  say({ text, detail, action, tone = "plain" }: Omit<Notice, "id" | "tone"> & { tone?: Notice["tone"] }): void {
    const id = this.#nextId++;
    // Many reads can fail for one reason: it is told once.
    const others = this.list.filter((notice) => notice.text !== text);
    this.list = [...others, { id, tone, text, detail, action }];
    setTimeout(() => this.dismiss(id), NOTICE_MS);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  tell(error: unknown): void {
    // While the connection is lost a banner says so, and every read fails.
    if (isCancellation(error) || (error instanceof AppError && error.code === "connection-lost")) return;
    if (error instanceof AppError) {
      this.say({ tone: "failure", ...failureText(error.fields) });
      return;
    }
    this.unexpected ??= describeUnexpected(error);
  }
}

/** The words of an expected failure: what happened and where, then what to do. */
export function failureText({ what, where, todo }: AppErrorFields): { text: string; detail?: string } {
  const place = [
    where?.byteOffset === undefined
      ? undefined
      : `byte ${where.byteOffset.toLocaleString("en-US")}${where.compressed === true ? " of the compressed file" : ""}`,
    where?.row === undefined ? undefined : `row ${where.row}`,
    where?.column === undefined ? undefined : `column ${where.column}`,
  ].filter((part) => part !== undefined);
  const text = `${capitalise(what)}${place.length === 0 ? "" : ` (${place.join(", ")})`}.`;
  return todo === undefined ? { text } : { text, detail: `${capitalise(todo)}.` };
}

function isCancellation(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function describeUnexpected(error: unknown): UnexpectedError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? error.name) : "(not an Error)";
  return { message, details: `${message}\n\n${stack}` };
}

export const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
