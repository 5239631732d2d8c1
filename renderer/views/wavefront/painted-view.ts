/** What the painter of the wavefront is told to show, and what it tells of itself. Shapes only. */
import type { RowAxis } from "#common/tile.ts";
import type { LabelNumber } from "../../data/cell-labels.ts";
import type { RowScale } from "../../data/time-scale.ts";
import type { OpColours, Rgb, ThemeName } from "#common/colours.ts";
import type { StepRequest } from "./step-grid-loader.ts";

/** What is on screen, in CSS pixels. */
export interface PaintedView {
  readonly axis: RowAxis;
  readonly fromNs: number;
  readonly toNs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rows: RowScale;
  readonly devicePixelRatio: number;
  readonly number: LabelNumber;
  readonly theme: ThemeName;
  readonly opColours: OpColours;
  /** Present for the step grid. */
  readonly steps?: StepRequest | undefined;
}

export interface PaintStatus {
  /** Nothing is asked for, nothing waits to be drawn. */
  readonly idle: boolean;
  /** What is drawn is all that was wanted. */
  readonly complete: boolean;
  readonly failures: readonly unknown[];
  /** Indices in `PASSES` of the work on screen. */
  readonly passes: ReadonlySet<number>;
  /** The step grid cannot be shown, in words. */
  readonly stepProblem?: string | undefined;
}

/** What a pixel on the canvas shows. */
export interface ProbedPixel {
  /** 0xRRGGBB. */
  readonly colour: Rgb;
  readonly row: number;
  /** Time in the middle of the pixel. */
  readonly middleNs: number;
  readonly fromNs: number;
  readonly toNs: number;
}
