/**
 * Paths of the headless host that a page calls itself, besides the static files. Both need the session cookie, which the
 * page got when it was opened with the token (a `token` parameter does as well), and refuse any origin but the page's own.
 *
 * Upload: `POST /upload?name=<file name>` with the file's bytes as the body. The answer is JSON: with status 200 an
 * `UploadAnswer`, whose name goes into `startImport`; with any other status the fields of an `AppError`.
 */

/** WebSocket of the calls (rpc.ts). */
export const SOCKET_PATH = "/socket";
export const UPLOAD_PATH = "/upload";

export interface UploadAnswer {
  readonly upload: string;
}
