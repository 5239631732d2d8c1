/**
 * Sends one file to the origin of the page. XMLHttpRequest, because `fetch` does not tell how far an upload is; the file is
 * streamed from disk by the browser and never held in memory here.
 */
import type { AppErrorFields, ErrorCode } from "#common/errors.ts";
import { AppError, ERROR_CODES } from "#common/errors.ts";
import { UPLOAD_PATH } from "#common/wire/http.ts";

interface UploadOptions {
  readonly page: URL;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/**
 * @returns the name by which `startImport` finds the file
 * @throws AppError; the signal's reason when aborted
 */
export function uploadFile(file: File, { page, signal, onProgress }: UploadOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const address = new URL(UPLOAD_PATH, page);
    address.searchParams.set("name", file.name);
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "text";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total));
    request.addEventListener("load", () => {
      const answer = parseAnswer(request.responseText);
      if (request.status === 200 && typeof answer["upload"] === "string") resolve(answer["upload"]);
      else reject(failureOf(answer, { status: request.status, text: request.responseText, file: file.name }));
    });
    request.addEventListener("error", () => {
      const what = "the connection broke off while the file was sent";
      reject(new AppError({ code: "connection-lost", what, where: { file: file.name }, todo: "try again" }));
    });
    request.addEventListener("abort", () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is whatever the caller gave
      reject(signal.reason);
    });
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parseAnswer(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // a refusal in plain words
    throw error;
  }
}

function failureOf(
  answer: Record<string, unknown>,
  { status, text, file }: { status: number; text: string; file: string },
): AppError {
  const { code, what } = answer;
  if (typeof code === "string" && Object.hasOwn(ERROR_CODES, code) && typeof what === "string") {
    return new AppError({ ...(answer as unknown as AppErrorFields), code: code as ErrorCode });
  }
  const why = text.trim().slice(0, 200) || `the host answered ${status}`;
  return new AppError({ code: status === 413 ? "too-large" : "refused", what: why, where: { file } });
}
