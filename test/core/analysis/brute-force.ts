/**
 * REFERENCE §6 once more, by sweeping over boundaries in time, from plain objects: slow, simple, and written without the
 * product's interval arithmetic, so that the two can be compared to the nanosecond.
 */
import type { Pass } from "../../../main/common/model.ts";
import type { Work } from "./work.ts";

interface Piece {
  readonly start: number;
  readonly end: number;
}

const pieceOf = ({ start, duration }: Work): Piece => ({ start, end: start + duration });

/** Cuts [from, to) at every boundary and adds up the cuts that some piece covers. */
function coveredNs(pieces: readonly Piece[], { from, to }: { from: number; to: number }): number {
  const changes = new Map<number, number>([
    [from, 0],
    [to, 0],
  ]);
  for (const { start, end } of pieces) {
    changes.set(start, (changes.get(start) ?? 0) + 1);
    changes.set(end, (changes.get(end) ?? 0) - 1);
  }
  const times = [...changes.keys()].sort((a, b) => a - b);
  let open = 0;
  let covered = 0;
  times.forEach((time, i) => {
    open += changes.get(time) ?? 0;
    const next = times.at(i + 1);
    if (open > 0 && next !== undefined && time >= from && next <= to) covered += next - time;
  });
  return covered;
}

export interface ExpectedRank {
  readonly rank: number;
  readonly busyNs: number;
  readonly fillNs: number;
  readonly drainNs: number;
  readonly betweenNs: number;
  readonly ratio: number;
  readonly measuredNs: number | undefined;
  readonly meanNs: number | undefined;
  readonly boundNs: number | undefined;
}

export interface Expected {
  readonly makespanNs: number;
  readonly windowStartNs: number;
  readonly ratio: number;
  readonly ranks: readonly ExpectedRank[];
}

/** Transfers of a (send, recv) pair that overlap are as long as the overlap; all others are whole. */
function transfersOf(work: readonly Work[], rank: number, phase: "in" | "out"): Piece[] {
  return work
    .filter((one) => one.rank === rank && one.phase === phase)
    .map((one) => {
      const isUp = (one.pass === "forward") === (phase === "out");
      const peerStage = one.stage + (isUp ? 1 : -1);
      const peer = work.find(
        (other) =>
          other.phase === (phase === "in" ? "out" : "in") &&
          other.stage === peerStage &&
          other.batch === one.batch &&
          other.pass === one.pass,
      );
      const whole = pieceOf(one);
      if (peer === undefined) return whole;
      const overlap = {
        start: Math.max(one.start, peer.start),
        end: Math.min(whole.end, peer.start + peer.duration),
      };
      return overlap.end > overlap.start ? overlap : whole;
    });
}

function expectRank(
  work: readonly Work[],
  rank: number,
  window: { from: number; to: number },
  anchorPass: Pass,
): ExpectedRank {
  const compute = work.filter((one) => one.rank === rank && one.phase === "compute");
  const pieces = compute.map(pieceOf);
  const windowNs = window.to - window.from;
  const busyNs = coveredNs(pieces, window);
  const fillNs = compute.length === 0 ? 0 : Math.min(...pieces.map(({ start }) => start)) - window.from;
  const drainNs = compute.length === 0 ? 0 : window.to - Math.max(...pieces.map(({ end }) => end));
  const anchors = compute
    .filter((one) => one.pass === anchorPass)
    .map(({ start }) => start)
    .sort((a, b) => a - b);
  const base = { rank, busyNs, fillNs, drainNs, betweenNs: windowNs - busyNs - fillNs - drainNs };
  const ratio = windowNs === 0 ? 0 : 1 - busyNs / windowNs;
  if (anchors.length < 2) return { ...base, ratio, measuredNs: undefined, meanNs: undefined, boundNs: undefined };
  const gaps = anchors.slice(1).map((start, i) => start - anchors[i]);
  gaps.sort((a, b) => a - b);
  const half = gaps.length / 2;
  const median = gaps.length % 2 === 1 ? gaps[Math.floor(half)] : (gaps[half - 1] + gaps[half]) / 2;
  const between = { from: anchors[0], to: anchors[anchors.length - 1] };
  const resources = [pieces, transfersOf(work, rank, "in"), transfersOf(work, rank, "out")];
  const most = Math.max(...resources.map((resource) => coveredNs(resource, between)));
  return {
    ...base,
    ratio,
    measuredNs: Math.round(median),
    meanNs: Math.round((between.to - between.from) / gaps.length),
    boundNs: Math.round(most / gaps.length),
  };
}

/** Figures of the work of one (replica, iteration). */
export function expectScope(work: readonly Work[]): Expected {
  const compute = work.filter(({ phase }) => phase === "compute").map(pieceOf);
  const window = {
    from: Math.min(...compute.map(({ start }) => start)),
    to: Math.max(...compute.map(({ end }) => end)),
  };
  const isTraining = work.some((one) => one.phase === "compute" && one.pass === "backward");
  const anchorPass = isTraining ? "backward" : "forward";
  const ranks = [...new Set(work.map(({ rank }) => rank))]
    .sort((a, b) => a - b)
    .map((rank) => expectRank(work, rank, window, anchorPass));
  return {
    makespanNs: window.to - window.from,
    windowStartNs: window.from,
    ratio: ranks.reduce((sum, row) => sum + row.ratio, 0) / ranks.length,
    ranks,
  };
}
