/** Tells when the page's device pixels change, as they do when its window moves to another screen or the page is zoomed. */

/** Calls `use` once, at the next change; the function it gives stops watching. */
export function watchPixelRatio(current: number, use: (ratio: number) => void): () => void {
  const query = matchMedia(`(resolution: ${current}dppx)`);
  const changed = (): void => use(globalThis.devicePixelRatio);
  query.addEventListener("change", changed, { once: true });
  return () => query.removeEventListener("change", changed);
}
