/**
 * Sizes of the run view's panes in CSS pixels (widths of those at the sides, the height of the one below), and whether they
 * are open; remembered from one visit to the next.
 */
import { recall, remember } from "./storage.ts";

export type PaneName = "network" | "inspector" | "lanes";

export const PANE_LIMITS: Readonly<Record<PaneName, { leastPx: number; mostPx: number; usualPx: number }>> = {
  network: { leastPx: 184, mostPx: 460, usualPx: 248 },
  inspector: { leastPx: 240, mostPx: 560, usualPx: 312 },
  lanes: { leastPx: 120, mostPx: 900, usualPx: 328 },
};

export class Pane {
  open = $state(true);
  #sizePx = $state(0);
  readonly #name: PaneName;

  constructor(name: PaneName) {
    this.#name = name;
    this.#sizePx = PANE_LIMITS[name].usualPx;
    const [size, open] = (recall(`pane.${name}`) ?? "").split(" ");
    if (size !== undefined && size !== "" && Number.isFinite(Number(size))) this.#setSize(Number(size));
    this.open = open !== "closed";
  }

  get sizePx(): number {
    return this.#sizePx;
  }

  resizeTo(sizePx: number): void {
    this.#setSize(sizePx);
    this.#remember();
  }

  toggle(): void {
    this.open = !this.open;
    this.#remember();
  }

  #setSize(sizePx: number): void {
    const { leastPx, mostPx } = PANE_LIMITS[this.#name];
    this.#sizePx = Math.round(Math.max(leastPx, Math.min(mostPx, sizePx)));
  }

  #remember(): void {
    remember(`pane.${this.#name}`, `${this.#sizePx} ${this.open ? "open" : "closed"}`);
  }
}
