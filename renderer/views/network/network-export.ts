/** The network as a figure: every block, also those that are scrolled away, with the times of the scope. */
import type { Rgb, ThemeName } from "#common/colours.ts";
import { cssColour, IDLE_COLOURS, mix } from "#common/colours.ts";
import { figureColours } from "#common/figure/figure-colours.ts";
import type { LegendEntry } from "#common/figure/frame.ts";
import { drawNetworkFigure } from "#common/figure/network-figure.ts";
import type { NetworkBlock } from "#common/figure/network-figure.ts";
import { formatCountOf, formatDuration } from "#common/format.ts";
import { OPS } from "#common/model.ts";
import type { Pass } from "#common/model.ts";
import { describeScope, joinParts, listFigures } from "#common/figure/describe-run.ts";
import { describeWork } from "../../figure/describe-work.ts";
import { figureOf } from "../../figure/save-figure.ts";
import type { Figure } from "../../figure/save-figure.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import { workColour } from "../../theme/work-colours.svelte.ts";
import { describeBlocks } from "./block-facts.ts";
import type { BlockFacts } from "./block-facts.ts";
import { layoutSkips } from "./layout.ts";

/** Share of the work's colour in the bar of its phases, as in PhaseBar.svelte. */
const WORK_SHARES = { in: 0.45, compute: 1, out: 0.7 } as const;
/** Stands for any op in the legend of the phases. */
const ANY_WORK: Rgb = 0x6b7280;

export function drawNetwork(run: OpenRun, theme: ThemeName): Figure {
  const { detail, stages, pipelineReport: report } = run;
  const facts = describeBlocks(stages, report);
  const skips = layoutSkips({ edges: detail.edges, stages });
  const blocks = facts.map((block) => blockOf(block, theme));
  const colours = figureColours(theme);
  const ranks = detail.rows.rank.filter(({ replica = 0 }) => replica === (report?.scope.replica ?? 0)).length;
  const phases = (["in", "compute", "out"] as const).filter((phase) =>
    facts.some(({ times }) => (times?.[`${phase}Ns`] ?? 0) > 0),
  );
  const hasTimes = blocks.some(({ parts }) => parts.length > 0);
  const legend: LegendEntry[] = [
    ...listOps(run).map(({ label, colour }) => ({ label, colour: cssColour(colour) })),
    // Where only computing was recorded there are no shades to tell.
    ...(phases.length < 2
      ? []
      : phases.map((phase) => ({
          label: `${phase} (any op)`,
          colour: cssColour(shade({ work: ANY_WORK, phase, theme })),
        }))),
    ...(skips.length === 0 ? [] : [{ label: "skip connection", colour: colours.soft, mark: "arrow" as const }]),
    ...(blocks.some(({ isBottleneck }) => isBottleneck)
      ? [{ label: "bounds the run", colour: colours.warn, mark: "outline" as const }]
      : []),
  ];
  const svg = drawNetworkFigure(
    {
      title: detail.run.name,
      subtitle: joinParts(
        `network of ${formatCountOf(stages.length, { one: "stage" })} on ${formatCountOf(ranks, { one: "rank" })}`,
        report === undefined ? undefined : describeScope(report),
        hasTimes ? "bars: median times of a batch, figure: MAX(in, compute, out)" : undefined,
      ),
      ...(report === undefined ? {} : { figures: listFigures(report, stages) }),
      blocks,
      skips,
      legend,
    },
    colours,
  );
  return figureOf(svg);
}

function blockOf({ stage, title, times, bottleneck }: BlockFacts, theme: ThemeName): NetworkBlock {
  const colour = workColour({ op: stage.op, pass: "forward" });
  const parts = (["in", "compute", "out"] as const).flatMap((phase) => {
    const ns = times?.[`${phase}Ns`] ?? 0;
    return ns > 0 ? [{ ns, colour: shade({ work: colour, phase, theme }) }] : [];
  });
  return {
    number: stage.ordinal,
    name: title,
    ...(stage.rank === undefined ? {} : { note: `rank ${stage.rank}` }),
    colour,
    parts,
    ...(times?.ruleNs === undefined ? {} : { time: formatDuration(times.ruleNs) }),
    isBottleneck: bottleneck !== undefined,
  };
}

const shade = ({ work, phase, theme }: { work: Rgb; phase: keyof typeof WORK_SHARES; theme: ThemeName }): Rgb =>
  mix({ from: IDLE_COLOURS[theme], to: work, share: WORK_SHARES[phase] });

/** Ops of the run in the passes of the scope. */
function listOps({ stages, passes }: OpenRun): readonly { label: string; colour: Rgb }[] {
  const shown: readonly Pass[] = passes.length === 0 ? ["forward"] : passes;
  const ops = OPS.filter((op) => stages.some((stage) => stage.op === op));
  return ops.flatMap((op) =>
    shown.map((pass) => ({ label: describeWork({ op, pass }), colour: workColour({ op, pass }) })),
  );
}
