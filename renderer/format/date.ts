/** Dates as text in the reader's own language and zone: today by the time, other days by the date. */

export function formatDate({ epochMs, nowEpochMs }: { epochMs: number; nowEpochMs: number }): string {
  const date = new Date(epochMs);
  const now = new Date(nowEpochMs);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return `today ${time}`;
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString(undefined, {
    day: "numeric",
    month: "short",
    ...(sameYear ? { hour: "2-digit", minute: "2-digit" } : { year: "numeric" }),
  });
}

export function formatDateExactly(epochMs: number): string {
  return new Date(epochMs).toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" });
}
