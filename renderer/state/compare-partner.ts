/**
 * From a piece of work in one of two compared runs to its partner in the other: the same stage (by the mapping), replica,
 * iteration (as paired), batch, pass and phase. Finds the spans of it in a run; draws nothing and decides no pairing.
 */
import type { Client, RunDetail } from "#common/api.ts";
import type { StagePair } from "#common/comparison.ts";
import type { LaneId, SpanId, StageId } from "#common/ids.ts";
import { laneId, spanId } from "#common/ids.ts";
import { PHASE_COMPUTE } from "#common/model.ts";
import type { Scope } from "#common/report.ts";
import type { Side } from "./compare-alignment.ts";
import { otherSide } from "./compare-alignment.ts";
import type { TimeRange } from "./viewport.svelte.ts";

/** Who a span is within its run. */
export interface WorkKey {
  readonly stage: StageId;
  readonly replica: number;
  readonly iteration: number;
  readonly batch: number;
  /** Indices in `PASSES` and `PHASES`. */
  readonly pass: number;
  readonly phase: number;
}

export interface FoundSpan {
  readonly id: SpanId;
  readonly startNs: number;
  readonly endNs: number;
  readonly lane: LaneId;
}

export interface Pairing {
  readonly mapping: readonly StagePair[];
  readonly scopes: Readonly<Record<Side, Scope>>;
}

/** The partner's key, or undefined where the stage has none. Iterations beside the compared ones keep their distance to them. */
export function partnerKey(key: WorkKey, { from, pairing }: { from: Side; pairing: Pairing }): WorkKey | undefined {
  const to = otherSide(from);
  const stage = pairing.mapping.find((pair) => pair[from] === key.stage)?.[to];
  if (stage === undefined) return undefined;
  const { scopes } = pairing;
  return {
    ...key,
    stage: stage as StageId,
    iteration: key.iteration + scopes[to].iteration - scopes[from].iteration,
    replica: key.replica === scopes[from].replica ? scopes[to].replica : key.replica,
  };
}

/** Row of the mapping that a stage stands in, or -1. */
export function rowOfStage(mapping: readonly StagePair[], { side, stage }: { side: Side; stage: number }): number {
  return mapping.findIndex((pair) => pair[side] === stage);
}

const SPAN_LIMIT = 100_000;
/** Iterations of up to so many spans are read a whole stage at a time; of longer ones only what lies near. */
const SMALL_ITERATION = 400_000;
/** Spans of the run in the first look, and by how much the next one reaches further. */
const FIRST_LOOK = 65_536;
const FURTHER = 8;
/** Stages of iterations that are remembered: a hover goes along a row and to its neighbours. */
const MOST_REMEMBERED = 64;
/** Transfers may begin before the first and end after the last compute span. */
const TRANSFER_ROOM = 0.1;

type Group = ReadonlyMap<string, readonly FoundSpan[]>;

/** Finds spans by their key, a stage of an iteration at a time. */
export class SpanFinder {
  readonly #client: Client;
  readonly #detail: RunDetail;
  readonly #groups = new Map<string, Promise<Group>>();

  constructor({ client, detail }: { client: Client; detail: RunDetail }) {
    this.#client = client;
    this.#detail = detail;
  }

  /**
   * Spans of the key in order of start; none where the run has no such work.
   * @param near about when the work begins: in a long iteration it is looked for around there, further and further
   * @throws AppError what `readSpans` throws; the signal's reason
   */
  async find(
    key: WorkKey,
    near: { ns?: number | undefined; signal?: AbortSignal } = {},
  ): Promise<readonly FoundSpan[]> {
    const window = this.#windowOf(key);
    if (window === undefined) return [];
    const spans = this.#spansWithin(window);
    if (near.ns === undefined || spans <= SMALL_ITERATION) {
      return (await this.#group(key, window)).get(textOf(key)) ?? [];
    }
    for (let reachNs = (window.toNs - window.fromNs) * (FIRST_LOOK / spans); ; reachNs *= FURTHER) {
      const fromNs = Math.max(window.fromNs, Math.floor(near.ns - reachNs));
      const toNs = Math.min(window.toNs, Math.ceil(near.ns + reachNs));
      const found = (await this.#read(key, { fromNs, toNs }, near.signal)).get(textOf(key));
      if (found !== undefined) return found;
      if (fromNs <= window.fromNs && toNs >= window.toNs) return [];
    }
  }

  async #group(key: WorkKey, window: TimeRange): Promise<Group> {
    const { stage, replica, iteration, phase } = key;
    const name = [stage, replica, iteration, phase === PHASE_COMPUTE].join("/");
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = this.#read(key, window);
      this.#groups.set(name, group);
      // What failed is asked for again by the next one who wants it.
      group.catch(() => this.#groups.delete(name));
      const [oldest] = this.#groups.keys();
      if (this.#groups.size > MOST_REMEMBERED && oldest !== undefined) this.#groups.delete(oldest);
    }
    return group;
  }

  async #read({ stage, replica, iteration, phase }: WorkKey, window: TimeRange, signal?: AbortSignal): Promise<Group> {
    const rows = this.#rowsOf({ stage, replica, phase });
    const group = new Map<string, FoundSpan[]>();
    if (rows === undefined) return group;
    const { ids, columns } = await this.#client.readSpans(
      { run: this.#detail.id, ...rows, ...window, limit: SPAN_LIMIT },
      signal === undefined ? {} : { signal },
    );
    for (let i = 0; i < columns.length; i++) {
      if (columns.stage[i] !== stage || columns.iteration[i] !== iteration || columns.batch[i] < 0) continue;
      const text = textOf({ batch: columns.batch[i], pass: columns.pass[i], phase: columns.phase[i] });
      const found: FoundSpan = {
        id: spanId(ids[i]),
        startNs: columns.start[i],
        endNs: columns.start[i] + columns.duration[i],
        lane: laneId(columns.lane[i]),
      };
      const known = group.get(text);
      if (known === undefined) group.set(text, [found]);
      else known.push(found);
    }
    return group;
  }

  /** About how many spans of the run lie in a window. */
  #spansWithin({ fromNs, toNs }: TimeRange): number {
    const { run, spanCount } = this.#detail;
    const { startNs, endNs } = run.extent ?? { startNs: fromNs, endNs: toNs };
    return spanCount * Math.min(1, (toNs - fromNs) / Math.max(1, endNs - startNs));
  }

  #windowOf({ replica, iteration }: Scope): TimeRange | undefined {
    const window = this.#detail.windows.find((one) => one.replica === replica && one.iteration === iteration);
    if (window === undefined) return undefined;
    const roomNs = Math.ceil((window.endNs - window.startNs) * TRANSFER_ROOM);
    return { fromNs: window.startNs - roomNs, toNs: window.endNs + roomNs };
  }

  /** Rows of stages hold what was computed; transfers are only on the lanes of the rank. */
  #rowsOf({ stage, replica, phase }: Pick<WorkKey, "stage" | "replica" | "phase">) {
    const { rows, stages, lanes } = this.#detail;
    const ordinal = stages.find(({ id }) => id === stage)?.ordinal;
    const row = rows.stage.findIndex((one) => one.stage === ordinal && (one.replica ?? 0) === replica);
    if (row === -1) return undefined;
    if (phase === PHASE_COMPUTE) return { axis: "stage", fromRow: row, toRow: row + 1 } as const;
    const { rank } = rows.stage[row];
    const ofRank = new Set(
      lanes.filter((lane) => lane.rank === rank && (lane.replica ?? 0) === replica).map(({ id }) => id),
    );
    const positions = rows.lane.flatMap((one, at) => (one.lanes.some((lane) => ofRank.has(lane)) ? [at] : []));
    const [first] = positions;
    if (first === undefined) return undefined;
    return { axis: "lane", fromRow: first, toRow: (positions.at(-1) ?? first) + 1 } as const;
  }
}

const textOf = ({ batch, pass, phase }: Pick<WorkKey, "batch" | "pass" | "phase">) => `${batch}/${pass}/${phase}`;
