/** Colours of the boxes of the stage view: work in the colour of its op, transfers paler, waiting around them palest. */
import { IDLE_COLOURS, mix } from "#common/colours.ts";
import type { Rgb, ThemeName } from "#common/colours.ts";
import type { Op } from "#common/model.ts";
import { workColour } from "../../theme/work-colours.svelte.ts";
import type { StageBox } from "./stage-boxes.ts";

/** Share of paper in the colours of transfers, and of the waiting around them. */
const TRANSFER_PALE = 0.42;
const WAITING_PALE = 0.86;

interface BoxColours {
  /** Of the work, or of the true transfer. */
  readonly own: Rgb;
  readonly waiting: Rgb;
  /** Around waiting. */
  readonly frame: Rgb;
}

export function coloursOfBox(
  { lane, pass }: Pick<StageBox, "lane" | "pass">,
  { op, theme }: { op: Op; theme: ThemeName },
): BoxColours {
  const ink = workColour({ op, pass });
  const { transfer, waiting } = paleColours(ink, theme);
  return { own: lane === "compute" ? ink : transfer, waiting, frame: transfer };
}

/** Of transfers of work of that colour, and of waiting around them. */
export function paleColours(ink: Rgb, theme: ThemeName): { readonly transfer: Rgb; readonly waiting: Rgb } {
  const pale = (share: number) => mix({ from: ink, to: IDLE_COLOURS[theme], share });
  return { transfer: pale(TRANSFER_PALE), waiting: pale(WAITING_PALE) };
}
