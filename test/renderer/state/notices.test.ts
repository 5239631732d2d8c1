/** Short messages: how they come, offer an undo and go. */
import { expect, test, vi } from "vitest";

import { AppError } from "#common/errors.ts";
import { failureText, Notices } from "../../../renderer/state/notices.svelte.ts";

function createNotices(): Notices {
  vi.useFakeTimers();
  return new Notices();
}

test("an expected failure says what happened, where, and what to do", () => {
  const where = { file: "a.json.gz", byteOffset: 12_345, compressed: true };
  const fields = { code: "truncated-trace", what: "the trace ends early", where, todo: "copy the file again" } as const;
  expect(failureText(fields)).toEqual({
    text: "The trace ends early (byte 12,345 of the compressed file).",
    detail: "Copy the file again.",
  });
});

test("a bug opens the dialog with its stack, and a second one does not take its place", () => {
  const notices = createNotices();
  notices.tell(new TypeError("the first"));
  notices.tell(new TypeError("the second"));
  expect(notices.unexpected?.message).toBe("the first");
  expect(notices.unexpected?.details).toContain("notices.test");
});

test("a cancellation is silence", () => {
  const notices = createNotices();
  notices.tell(AbortSignal.abort().reason);
  expect(notices.list).toEqual([]);
  expect(notices.unexpected).toBeUndefined();
});

test("a lost connection is left to the banner", () => {
  const notices = createNotices();
  notices.tell(new AppError({ code: "connection-lost", what: "the connection is gone" }));
  expect(notices.list).toEqual([]);
});

test("one reason is told once, however often it fails", () => {
  const notices = createNotices();
  for (let i = 0; i < 5; i++) notices.tell(new AppError({ code: "unknown-run", what: "the run is gone" }));
  expect(notices.list).toHaveLength(1);
});

test("a notice goes by itself, and at once when it is dismissed", () => {
  const notices = createNotices();
  notices.say({ text: "one" });
  notices.say({ text: "two" });
  notices.dismiss(notices.list[0]?.id ?? -1);
  expect(notices.list.map(({ text }) => text)).toEqual(["two"]);
  vi.runAllTimers();
  expect(notices.list).toEqual([]);
});
