/**
 * The colours of work as the person of this page wants them: the same functions as in #common/colours.ts, followed live by
 * whatever reads them in a derived value or an effect.
 */
import { workColour as colourOfWork } from "#common/colours.ts";
import type { Rgb } from "#common/colours.ts";
import type { Op, Pass } from "#common/model.ts";
import { settings } from "../state/settings.svelte.ts";

export const workColour = (work: { op: Op; pass: Pass }): Rgb => colourOfWork(work, settings.opColours);
export const opColour = (op: Op): Rgb => settings.opColours[op];
