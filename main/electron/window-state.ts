/**
 * Where the window was, and whether that place still exists: screens are unplugged, and a window that nobody can reach is
 * worse than one in the middle. Pure arithmetic in the screen's own units (DIP).
 */
import { z } from "zod";

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** Of the window when it is neither maximised nor full screen. Without x and y the system centres it. */
  readonly bounds: Pick<Rectangle, "width" | "height"> & Partial<Rectangle>;
  readonly maximized: boolean;
  readonly fullScreen: boolean;
}

export const SMALLEST = { width: 760, height: 520 };
const USUAL = { width: 1440, height: 900 };
/** So much of the top edge must be on a screen, for a hand to find it. */
const GRIP = { width: 120, height: 32 };

const savedState = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() }),
  maximized: z.boolean(),
  fullScreen: z.boolean(),
});

/**
 * @param saved whatever lies in the settings
 * @param workAreas of the screens that are there, the primary one first
 */
export function placeWindow(saved: unknown, workAreas: readonly Rectangle[]): WindowState {
  const { success, data } = savedState.safeParse(saved);
  const home = success ? workAreas.find((area) => isReachable(data.bounds, area)) : undefined;
  if (!success || home === undefined) {
    return { bounds: fit(USUAL, workAreas.at(0)), maximized: success && data.maximized, fullScreen: false };
  }
  return { ...data, bounds: { x: data.bounds.x, y: data.bounds.y, ...fit(data.bounds, home) } };
}

function isReachable({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return visible >= Math.min(GRIP.width, width) && y >= area.y && y + GRIP.height <= area.y + area.height;
}

function fit(size: Pick<Rectangle, "width" | "height">, area: Rectangle | undefined) {
  const { width, height } = area ?? USUAL;
  return {
    width: Math.min(Math.max(size.width, SMALLEST.width), width),
    height: Math.min(Math.max(size.height, SMALLEST.height), height),
  };
}
