/**
 * What end-to-end tests may ask of the plot on screen, as `window.__pipewave.wavefront`: no sleeps, real pixels. Reads only.
 *
 *     await idle()                      // resolves when everything asked for has arrived and is drawn
 *     await pixelAt({ ns, row })        // colour (0xRRGGBB) of the device pixel at a time and row, numbers left out,
 *                                       // and the time that its cell stands for
 *     await pixelsAt([{ ns, row }])     // the same for many points, with one frame drawn for all of them
 *     view()                            // what is on screen
 */
import type { RowAxis } from "#common/tile.ts";
import type { HeatmapPainter } from "./heatmap-painter.ts";
import type { ProbedPixel } from "./painted-view.ts";
import type { WavefrontModel } from "./wavefront-model.svelte.ts";

interface ProbePoint {
  readonly ns: number;
  readonly row: number;
}

export interface WavefrontProbe {
  readonly idle: () => Promise<void>;
  readonly pixelAt: (point: ProbePoint) => Promise<ProbedPixel | undefined>;
  /** `undefined` for points that are not on screen. */
  readonly pixelsAt: (points: readonly ProbePoint[]) => Promise<readonly (ProbedPixel | undefined)[]>;
  readonly view: () => { fromNs: number; toNs: number; axis: RowAxis; fromRow: number; toRow: number; widthPx: number };
  /** Draws a frame and waits for the GPU; how long it took. For benches. */
  readonly timeFrame: () => number;
}

/** The plot that takes the keys, and the one beside it in a comparison. */
export type ProbeName = "wavefront" | "follower";

interface Hooked {
  __pipewave?: Readonly<Partial<Record<ProbeName, WavefrontProbe | undefined>>>;
}

/** Offers the probe until the returned function is called. */
export function offerProbe(probe: WavefrontProbe, name: ProbeName): () => void {
  const hooked = globalThis as Hooked;
  hooked.__pipewave = { ...hooked.__pipewave, [name]: probe };
  return () => {
    if (hooked.__pipewave?.[name] === probe) hooked.__pipewave = { ...hooked.__pipewave, [name]: undefined };
  };
}

/** The probe of a plot on screen. */
export function probeOf(model: WavefrontModel, painter: HeatmapPainter): WavefrontProbe {
  const pixelsAt: WavefrontProbe["pixelsAt"] = async (points) => {
    await painter.whenIdle();
    const { viewport, rowScale, devicePixelRatio: ratio } = model;
    const widthPx = Math.round(model.widthPx * ratio);
    const heightPx = Math.round(model.heightPx * ratio);
    const places = points.map(({ ns, row }) => {
      const xPx = Math.floor(((ns - viewport.fromNs) / viewport.widthNs) * widthPx);
      // Above the middle of the row, so that a line between rows is never met.
      const yPx = Math.floor((row + 0.4 - rowScale.scrollRow) * rowScale.rowHeightPx * ratio);
      return xPx >= 0 && yPx >= 0 && xPx < widthPx && yPx < heightPx ? { xPx, yPx } : undefined;
    });
    const probed = painter.probe(places.filter((place) => place !== undefined));
    let next = 0;
    return places.map((place) => (place === undefined ? undefined : probed[next++]));
  };
  return {
    idle: () => painter.whenIdle(),
    pixelAt: async (point) => (await pixelsAt([point])).at(0),
    pixelsAt,
    view: () => {
      const { viewport, rowScale, rows, axis, heightPx } = model;
      return {
        fromNs: viewport.fromNs,
        toNs: viewport.toNs,
        axis,
        fromRow: rowScale.scrollRow,
        toRow: Math.min(rows.length, rowScale.scrollRow + heightPx / rowScale.rowHeightPx),
        widthPx: Math.round(model.widthPx * model.devicePixelRatio),
      };
    },
    timeFrame: () => painter.timeFrame(),
  };
}
