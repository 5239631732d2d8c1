/** The stage view as a figure: the chosen stages, or by default the bottleneck and its neighbours, in the time on screen. */
import type { ThemeName } from "#common/colours.ts";
import { cssColour } from "#common/colours.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import { FIGURE_WIDTH } from "#common/figure/frame.ts";
import type { LegendEntry } from "#common/figure/frame.ts";
import { drawLanesFigure } from "#common/figure/lanes-figure.ts";
import type { LaneBox, LanesFigure } from "#common/figure/lanes-figure.ts";
import { formatDuration } from "#common/format.ts";
import { OPS, PASSES } from "#common/model.ts";
import {
  describeScope,
  describeTime,
  joinParts,
  listFigures,
  nameStage,
  TIME_AXIS,
} from "#common/figure/describe-run.ts";
import { describeWork } from "../../figure/describe-work.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import type { TimeRange } from "../../state/viewport.svelte.ts";
import { opColour, workColour } from "../../theme/work-colours.svelte.ts";
import { coloursOfBox, paleColours } from "./box-colours.ts";
import { PX_PER_LINK } from "./draw-lanes.ts";
import { explainGap } from "./lane-gap.ts";
import { explainStages, findBrackets, lanesOfStage } from "./lane-scene.ts";
import type { StageExplanations } from "./lane-scene.ts";
import { readStageBoxes, withBeside } from "./read-stage-boxes.ts";
import type { LaneName, StageBox } from "./stage-boxes.ts";
import { linkBoxes } from "./stage-boxes.ts";
import { bracketTextOf, intervalTextOf, rulePartsOf } from "./stage-words.ts";

/** More dashed lines than these between two stages hide what they join. */
const MOST_LINKS_BETWEEN = 1_000 / PX_PER_LINK;
/** Stands for any op in the legend. */
const ANY_WORK = 0x6b7280;

/** @param shown ordinals, ascending without a gap @throws what reading the run throws */
export async function drawStageLanes(
  run: OpenRun,
  { shown, theme }: { shown: readonly number[]; theme: ThemeName },
): Promise<Figure> {
  const { detail, stages, passes, pipelineReport: report } = run;
  const { boxes, truncated, range, remark } = await readShown(run, shown);
  const { fromNs, toNs } = range;
  const explanations = explainStages(report, { shown, stages, passes });
  const lanes = shown.map((stage) => lanesOfStage(explanations.get(stage)));
  const placeOf = ({ stage, lane }: { stage: number; lane: LaneName }) => {
    const at = shown.indexOf(stage);
    const place = at === -1 ? -1 : lanes[at].indexOf(lane);
    return place === -1 ? undefined : { stage: at, lane: place };
  };
  const visible = boxes.filter((box) => box.toNs > fromNs && box.fromNs < toNs);
  const brackets = truncated ? [] : findBrackets(explanations, { shown, boxes, middleNs: (fromNs + toNs) / 2 });
  const bottleneck = report?.initiationInterval.bottleneck?.stage;
  const found = linkBoxes(boxes).filter(
    (link) => Math.max(link.from.ns, link.to.ns) > fromNs && Math.min(link.from.ns, link.to.ns) < toNs,
  );
  const links = !truncated && found.length <= MOST_LINKS_BETWEEN * Math.max(1, shown.length - 1) ? found : [];
  const [first, last] = [shown.at(0) ?? 0, shown.at(-1) ?? 0];
  const colours = figureColours(theme);
  const figure: LanesFigure = {
    title: detail.run.name,
    subtitle: joinParts(
      first === last
        ? `pipeline stage ${first} of ${stages.length}`
        : `pipeline stages ${first}–${last} of ${stages.length}`,
      describeTime({ fromNs, toNs }),
      report === undefined ? undefined : `figures of ${describeScope(report)}`,
      remark,
    ),
    ...(report === undefined ? {} : { figures: listFigures(report, stages) }),
    stages: shown.map((ordinal, at) => ({
      label: String(ordinal),
      colour: opColour(stages[ordinal].op),
      title: titleOf(run, { ordinal, explanations }),
      isBottleneck: stages[ordinal].id === bottleneck,
      lanes: lanes[at],
    })),
    boxes: visible.flatMap((box) => {
      const place = placeOf(box);
      return place === undefined ? [] : drawnBoxes(box, { place, op: stages[box.stage].op, theme });
    }),
    links: links.flatMap(({ from, to }) => {
      const [begin, end] = [placeOf({ stage: from.stage, lane: "compute" }), placeOf(to)];
      return begin === undefined || end === undefined
        ? []
        : [{ from: { ...begin, ns: from.ns }, to: { ...end, ns: to.ns } }];
    }),
    brackets: brackets.flatMap((bracket) => {
      const place = placeOf(bracket);
      const { fromNs: start, toNs: end } = bracket;
      return place === undefined ? [] : [{ ...place, fromNs: start, toNs: end, text: bracketTextOf(bracket) }];
    }),
    fromNs,
    toNs,
    axisTitle: TIME_AXIS,
    legend: [
      ...listKinds(visible, run),
      ...listLooks(visible, theme),
      ...(links.length === 0 ? [] : [{ label: "what depends on what", colour: colours.soft, mark: "dashes" as const }]),
      ...(brackets.length === 0
        ? []
        : [{ label: "initiation interval (II)", colour: colours.accent, mark: "bracket" as const }]),
    ],
  };
  return figureOf(drawLanesFigure(figure, colours));
}

interface ShownBoxes {
  readonly boxes: readonly StageBox[];
  readonly truncated: boolean;
  readonly range: TimeRange;
  /** Where that is not simply what is on screen. */
  readonly remark?: string;
}

/** Boxes of the time on screen; where batches could not be told apart in it, of a part that shows some of them. */
async function readShown(run: OpenRun, stages: readonly number[]): Promise<ShownBoxes> {
  const { range } = run.viewport;
  const read = await readStageBoxes(run, { stages, range: withBeside(range) });
  const gap = explainGap({
    ...read,
    visible: range,
    widthPx: FIGURE_WIDTH,
    intervalNs: run.pipelineReport?.initiationInterval.meanNs,
    window: run.scopeWindow,
  });
  const works = read.boxes.some(({ fromNs, toNs }) => toNs > range.fromNs && fromNs < range.toNs);
  if (works && gap?.remedy !== undefined) {
    const { show } = gap.remedy;
    const remark = `a part of the ${formatDuration(range.toNs - range.fromNs)} on screen, in which batches can be told apart`;
    return { ...(await readStageBoxes(run, { stages, range: withBeside(show) })), range: show, remark };
  }
  const remark =
    gap?.text ?? (read.truncated ? "too many spans for all of them: only the longest are drawn" : undefined);
  return { ...read, range, ...(remark === undefined ? {} : { remark }) };
}

function titleOf(
  { stages }: OpenRun,
  { ordinal, explanations }: { ordinal: number; explanations: StageExplanations },
): string {
  const explained = explanations.get(ordinal);
  const rule = explained?.rule;
  const parts = rulePartsOf(explained).map(({ text }) => text);
  const ruleText =
    rule?.ruleNs === undefined
      ? undefined
      : parts.length > 1
        ? `MAX(${parts.join(", ")}) = ${formatDuration(rule.ruleNs)}`
        : parts.join("");
  const words = [
    nameStage(stages[ordinal]),
    rule?.rank === undefined ? undefined : `rank ${rule.rank}`,
    ruleText,
    intervalTextOf(explained),
  ];
  return words.filter((part) => part !== undefined).join(" · ");
}

/** A box, and within one that also waited the true transfer. */
function drawnBoxes(
  box: StageBox,
  { place, op, theme }: { place: { stage: number; lane: number }; op: (typeof OPS)[number]; theme: ThemeName },
): readonly LaneBox[] {
  const { fromNs, toNs, batch, transfer } = box;
  const { own, waiting, frame } = coloursOfBox(box, { op, theme });
  const number = batch === undefined ? {} : { number: batch };
  if (transfer === undefined) return [{ ...place, fromNs, toNs, colour: own, ...number }];
  return [
    { ...place, fromNs, toNs, colour: waiting, frame },
    { ...place, ...transfer, colour: own, ...number },
  ];
}

/** Ops and passes of the boxes, in the order of `OPS` and `PASSES`. */
function listKinds(boxes: readonly StageBox[], { stages }: OpenRun): readonly LegendEntry[] {
  return OPS.flatMap((op) =>
    PASSES.filter((pass) => boxes.some((box) => box.pass === pass && stages[box.stage].op === op)).map((pass) => ({
      label: describeWork({ op, pass }),
      colour: cssColour(workColour({ op, pass })),
    })),
  );
}

/** What a paler box means, where there are some. */
function listLooks(boxes: readonly StageBox[], theme: ThemeName): readonly LegendEntry[] {
  const { transfer, waiting } = paleColours(ANY_WORK, theme);
  const hasTransfers = boxes.some(({ lane }) => lane !== "compute");
  const hasWaiting = boxes.some((box) => box.transfer !== undefined);
  return [
    ...(hasTransfers ? [{ label: "transferring (any op)", colour: cssColour(transfer) }] : []),
    ...(hasWaiting ? [{ label: "waiting for the peer", colour: cssColour(waiting) }] : []),
  ];
}
