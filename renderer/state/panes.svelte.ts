/** Widths of the run view's side panes in CSS pixels, and whether they are open; remembered from one visit to the next. */
import { recall, remember } from "./storage.ts";

export type PaneSide = "network" | "inspector";

export const PANE_LIMITS: Readonly<Record<PaneSide, { leastPx: number; mostPx: number; usualPx: number }>> = {
  network: { leastPx: 184, mostPx: 460, usualPx: 248 },
  inspector: { leastPx: 240, mostPx: 560, usualPx: 312 },
};

export class Pane {
  open = $state(true);
  #widthPx = $state(0);
  readonly #side: PaneSide;

  constructor(side: PaneSide) {
    this.#side = side;
    this.#widthPx = PANE_LIMITS[side].usualPx;
    const [width, open] = (recall(`pane.${side}`) ?? "").split(" ");
    if (width !== undefined && width !== "" && Number.isFinite(Number(width))) this.#setWidth(Number(width));
    this.open = open !== "closed";
  }

  get widthPx(): number {
    return this.#widthPx;
  }

  resizeTo(widthPx: number): void {
    this.#setWidth(widthPx);
    this.#remember();
  }

  toggle(): void {
    this.open = !this.open;
    this.#remember();
  }

  #setWidth(widthPx: number): void {
    const { leastPx, mostPx } = PANE_LIMITS[this.#side];
    this.#widthPx = Math.round(Math.max(leastPx, Math.min(mostPx, widthPx)));
  }

  #remember(): void {
    remember(`pane.${this.#side}`, `${this.#widthPx} ${this.open ? "open" : "closed"}`);
  }
}
