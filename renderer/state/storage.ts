/**
 * Small choices that outlive the page: panes, theme. Where the browser refuses storage (private windows may) nothing is
 * remembered and nothing breaks. Never holds anything of a run.
 */
const PREFIX = "pipewave.";

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && (error.name === "SecurityError" || error.name === "QuotaExceededError");
}
