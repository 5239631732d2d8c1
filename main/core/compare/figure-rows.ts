/**
 * The compute spans of a scope as rows of a figure, one a rank: every span where they are few, bins where they are many, so
 * that a picture of ten million spans is no larger than one of ten thousand.
 */
import { workColour } from "#common/colours.ts";
import type { FigureRow } from "#common/figure/wavefront-figure.ts";
import { NONE } from "#common/ids.ts";
import { OPS, PASSES } from "#common/model.ts";
import type { Op } from "#common/model.ts";

import type { Occupancy, RankOccupancy } from "../analysis/occupancy.ts";

/** Spans of all rows that are drawn one by one. */
const MOST_SPANS = 8_000;
/** Bins of all rows together, and of one row. */
const MOST_BINS = 40_000;
const MOST_BINS_PER_ROW = 1_000;
/** Ranks that a figure shows; of more, every so-manieth. */
const MOST_ROWS = 256;
const SHARE_STEPS = 16;

export interface FigureRows {
  readonly rows: readonly FigureRow[];
  /** Ranks that are left out. */
  readonly hidden: number;
  readonly legend: readonly { readonly label: string; readonly colour: number }[];
}

/** Times count from the start of the window. */
export function layOutRows(occupancy: Occupancy): FigureRows {
  const { ranks } = occupancy;
  const every = Math.ceil(ranks.length / MOST_ROWS);
  const shown = ranks.filter((_, at) => at % every === 0);
  const kinds = createKinds(occupancy);
  const spans = shown.reduce((sum, rank) => sum + rank.spans.compute.length, 0);
  const bins = Math.min(MOST_BINS_PER_ROW, Math.floor(MOST_BINS / Math.max(1, shown.length)));
  const rows = shown.map((rank) =>
    spans <= MOST_SPANS ? drawSpans(occupancy, { rank, kinds }) : drawBins(occupancy, { rank, kinds, bins }),
  );
  return { rows, hidden: ranks.length - shown.length, legend: kinds.legend() };
}

/** Kinds of work: op and pass, those that occur. */
interface Kinds {
  codeOf(span: number): number;
  colourOf(code: number): number;
  legend(): FigureRows["legend"];
}

const KIND_COUNT = OPS.length * PASSES.length;

function createKinds({ spans, stages }: Occupancy): Kinds {
  const opOfStage = Uint8Array.from(stages, ({ op }) => OPS.indexOf(op));
  const other = OPS.indexOf("other" satisfies Op);
  const seen = new Uint8Array(KIND_COUNT);
  const opOf = (code: number): Op => OPS[Math.floor(code / PASSES.length)];
  const passOf = (code: number): (typeof PASSES)[number] => PASSES[code % PASSES.length];
  const colourOf = (code: number): number => workColour({ op: opOf(code), pass: passOf(code) });
  return {
    codeOf(span) {
      const stage = spans.stage[span];
      const code = (stage === NONE ? other : opOfStage[stage]) * PASSES.length + spans.pass[span];
      seen[code] = 1;
      return code;
    },
    colourOf,
    legend: () =>
      Array.from(seen.keys())
        .filter((code) => seen[code] === 1)
        .map((code) => ({
          label: [opOf(code), passOf(code)].filter((word) => word !== "other" && word !== "none").join(" ") || "work",
          colour: colourOf(code),
        })),
  };
}

function drawSpans(
  { spans, window }: Occupancy,
  { rank: { rank, spans: ofRank }, kinds }: { rank: RankOccupancy; kinds: Kinds },
): FigureRow {
  const { compute } = ofRank;
  return {
    label: `rank ${rank}`,
    from: Float64Array.from(compute, (i) => spans.start[i] - window.startNs),
    to: Float64Array.from(compute, (i) => spans.start[i] + spans.duration[i] - window.startNs),
    colour: Uint32Array.from(compute, (i) => kinds.colourOf(kinds.codeOf(i))),
    share: new Float64Array(compute.length).fill(1),
    number: Int32Array.from(compute, (i) => spans.batch[i]),
  };
}

function drawBins(
  { spans, window }: Occupancy,
  { rank: { rank, spans: ofRank }, kinds, bins }: { rank: RankOccupancy; kinds: Kinds; bins: number },
): FigureRow {
  const binNs = Math.max(1, (window.endNs - window.startNs) / bins);
  const busy = new Float64Array(bins * KIND_COUNT);
  for (const i of ofRank.compute) {
    const code = kinds.codeOf(i);
    const start = spans.start[i] - window.startNs;
    const end = start + spans.duration[i];
    for (let bin = Math.floor(start / binNs); bin < bins && bin * binNs < end; bin += 1) {
      busy[bin * KIND_COUNT + code] += Math.min(end, (bin + 1) * binNs) - Math.max(start, bin * binNs);
    }
  }
  const pieces: { from: number; to: number; colour: number; share: number }[] = [];
  for (let bin = 0; bin < bins; bin += 1) {
    const ofBin = busy.subarray(bin * KIND_COUNT, (bin + 1) * KIND_COUNT);
    const covered = ofBin.reduce((sum, ns) => sum + ns, 0);
    if (covered <= 0) continue;
    const colour = kinds.colourOf(ofBin.indexOf(Math.max(...ofBin)));
    const share = Math.max(1, Math.round(Math.min(1, covered / binNs) * SHARE_STEPS)) / SHARE_STEPS;
    const last = pieces.at(-1);
    if (last?.to === bin * binNs && last.colour === colour && last.share === share) last.to = (bin + 1) * binNs;
    else pieces.push({ from: bin * binNs, to: (bin + 1) * binNs, colour, share });
  }
  return {
    label: `rank ${rank}`,
    from: Float64Array.from(pieces, ({ from }) => from),
    to: Float64Array.from(pieces, ({ to }) => to),
    colour: Uint32Array.from(pieces, ({ colour }) => colour),
    share: Float64Array.from(pieces, ({ share }) => share),
  };
}
