/**
 * Hover and selection of two compared runs: what is pointed at or chosen in one is found in the other and marked there. Finds
 * partners by the comparison's mapping; the latest question wins, and what has no partner marks nothing.
 */
import type { Client, RunDetail } from "#common/api.ts";
import { passCode, phaseCode } from "#common/model.ts";
import type { Pass, Phase } from "#common/model.ts";
import type { OfBoth, Side } from "./compare-alignment.ts";
import { otherSide, SIDES } from "./compare-alignment.ts";
import type { FoundSpan, Pairing, WorkKey } from "./compare-partner.ts";
import { partnerKey, rowOfStage } from "./compare-partner.ts";
import type { ComparedSide } from "./compare-side.ts";
import type { Selected, SelectedSpan } from "./selection.svelte.ts";
import type { TimeRange } from "./viewport.svelte.ts";

/** One piece of work in both runs, as a person reads it. Absent sides have no such span. */
export interface WorkInBoth {
  /** Row of the stage mapping. */
  readonly row: number;
  readonly batch: number;
  readonly pass: number;
  readonly phase: number;
  readonly a?: FoundSpan;
  readonly b?: FoundSpan;
}

/** A piece of work by its place in the comparison: a cell of the difference heatmap. */
export interface WorkPlace {
  readonly row: number;
  readonly batch: number;
  readonly pass: Pass;
  readonly phase: Phase;
  /** About when it begins in each run. */
  readonly nearNs?: Partial<OfBoth<number>>;
}

/** A span of a run with who it is there. */
export interface KnownSpan {
  readonly id: number;
  readonly startNs: number;
  readonly key: WorkKey;
}

/** What the coupling needs of the comparison. */
export interface CoupledRuns {
  readonly client: Client;
  readonly sides: OfBoth<ComparedSide>;
  readonly pairing: Pairing | undefined;
  /** Compute windows of the compared iterations. */
  readonly windows: OfBoth<TimeRange | undefined>;
  tell(error: unknown): void;
}

export class Coupling {
  /** What the pointer is on, in whichever view. */
  hovered = $state.raw<WorkInBoth>();
  selected = $state.raw<WorkInBoth>();
  readonly #runs: CoupledRuns;
  #hovering: AbortController | undefined;
  #selecting: AbortController | undefined;

  constructor(runs: CoupledRuns) {
    this.#runs = runs;
  }

  /** The pointer is on a span of a run, or (undefined) on none: its partner is outlined in the other. */
  async hoverSpan(side: Side, span: KnownSpan | undefined): Promise<void> {
    const question = this.#ask("hover");
    const { signal } = question;
    const work = span === undefined ? undefined : await this.#attempt(() => this.#find(side, span, signal));
    if (this.#hovering !== question) return;
    this.#showHover(work, { except: side });
  }

  /** The pointer is on a cell of the difference heatmap: its spans are outlined in both runs. */
  async hoverPlace(place: WorkPlace | undefined): Promise<void> {
    const question = this.#ask("hover");
    const { signal } = question;
    const work = place === undefined ? undefined : await this.#attempt(() => this.#findPlace(place, signal));
    if (this.#hovering === question) this.#showHover(work);
  }

  /** A person has selected something in a run: what goes with it is selected in the other. */
  async follow(side: Side, selected: Selected | undefined): Promise<void> {
    const question = this.#ask("select");
    const other = this.#runs.sides[otherSide(side)];
    if (selected?.kind !== "span") {
      this.selected = undefined;
      other.selection.adopt(this.#partnerOf(side, selected));
      return;
    }
    const work = await this.#attempt(async () => {
      const key = await this.#keyOf(side, selected);
      if (key === undefined) return undefined;
      return this.#find(side, { id: selected.id, startNs: selected.startNs, key }, question.signal);
    });
    if (this.#selecting !== question) return;
    this.selected = work;
    other.selection.adopt(this.#selectedSpan(otherSide(side), work));
  }

  /** Selects a cell's work in both runs. */
  async selectPlace(place: WorkPlace): Promise<void> {
    const question = this.#ask("select");
    const work = await this.#attempt(() => this.#findPlace(place, question.signal));
    if (this.#selecting !== question) return;
    this.selected = work;
    for (const side of SIDES) this.#runs.sides[side].selection.adopt(this.#selectedSpan(side, work));
  }

  /** Marks a stage in both runs. */
  selectRow(row: number): void {
    this.#ask("select");
    this.selected = undefined;
    for (const side of SIDES) {
      const one = this.#runs.sides[side];
      const stage = one.stageById(this.#runs.pairing?.mapping[row]?.[side]);
      one.selection.adopt(stage === undefined ? undefined : { kind: "stage", stage: stage.ordinal });
    }
  }

  /** Where a piece of work begins in a run, if it is there. */
  async startOf(side: Side, place: WorkPlace): Promise<number | undefined> {
    const key = this.#keyOfPlace(side, place);
    if (key === undefined) return undefined;
    return (await this.#attempt(() => this.#runs.sides[side].finder.find(key)))?.at(0)?.startNs;
  }

  /** Nothing is hovered or selected any more: the runs or their pairing are others now. */
  reset(): void {
    this.#ask("hover");
    this.#ask("select");
    this.selected = undefined;
    this.#showHover(undefined);
    for (const side of SIDES) this.#runs.sides[side].selection.adopt(undefined);
  }

  /** A new question, which ends the one before. */
  #ask(kind: "hover" | "select"): AbortController {
    const question = new AbortController();
    if (kind === "hover") {
      this.#hovering?.abort();
      this.#hovering = question;
    } else {
      this.#selecting?.abort();
      this.#selecting = question;
    }
    return question;
  }

  async #attempt<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await act();
    } catch (error) {
      this.#runs.tell(error);
      return undefined;
    }
  }

  #showHover(work: WorkInBoth | undefined, { except }: { except?: Side } = {}): void {
    this.hovered = work;
    for (const side of SIDES) {
      // The plot under the pointer outlines what it is on by itself.
      this.#runs.sides[side].selection.hover = side === except ? undefined : this.#selectedSpan(side, work);
    }
  }

  /** The span and its partner: of several spans of one key the k-th belongs to the k-th. */
  async #find(side: Side, { id, startNs, key }: KnownSpan, signal: AbortSignal): Promise<WorkInBoth | undefined> {
    const { sides, pairing } = this.#runs;
    if (pairing === undefined) return undefined;
    const theirs = partnerKey(key, { from: side, pairing });
    const [own, partners] = await Promise.all([
      sides[side].finder.find(key, { ns: startNs, signal }),
      theirs === undefined
        ? []
        : sides[otherSide(side)].finder.find(theirs, { ns: this.#likelyStart(side, startNs), signal }),
    ]);
    const at = own.findIndex((span) => span.id === id);
    const row = rowOfStage(pairing.mapping, { side, stage: key.stage });
    if (at === -1 || row === -1) return undefined;
    const work = { row, batch: key.batch, pass: key.pass, phase: key.phase, [side]: own[at] };
    const partner = partners.at(at);
    return partner === undefined ? work : { ...work, [otherSide(side)]: partner };
  }

  /** Where the partner of work that begins at `ns` is first looked for: at the same share of its window. */
  #likelyStart(side: Side, ns: number): number | undefined {
    const { [side]: own, [otherSide(side)]: other } = this.#runs.windows;
    if (own === undefined || other === undefined || own.toNs <= own.fromNs) return undefined;
    return other.fromNs + ((ns - own.fromNs) / (own.toNs - own.fromNs)) * (other.toNs - other.fromNs);
  }

  async #findPlace(place: WorkPlace, signal: AbortSignal): Promise<WorkInBoth | undefined> {
    const [a, b] = await Promise.all(
      SIDES.map(async (side) => {
        const key = this.#keyOfPlace(side, place);
        if (key === undefined) return undefined;
        return (await this.#runs.sides[side].finder.find(key, { ns: place.nearNs?.[side], signal })).at(0);
      }),
    );
    if (a === undefined && b === undefined) return undefined;
    return {
      row: place.row,
      batch: place.batch,
      pass: passCode(place.pass),
      phase: phaseCode(place.phase),
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
    };
  }

  #keyOfPlace(side: Side, { row, batch, pass, phase }: WorkPlace): WorkKey | undefined {
    const { pairing, sides } = this.#runs;
    const stage = sides[side].stageById(pairing?.mapping[row]?.[side]);
    if (pairing === undefined || stage === undefined) return undefined;
    return { stage: stage.id, batch, pass: passCode(pass), phase: phaseCode(phase), ...pairing.scopes[side] };
  }

  async #keyOf(side: Side, { id }: SelectedSpan): Promise<WorkKey | undefined> {
    const { client, sides } = this.#runs;
    const { detail } = sides[side];
    const span = await client.readSpan({ run: detail.id, span: id });
    const { stage, batch, iteration = this.#runs.pairing?.scopes[side].iteration } = span;
    if (stage === undefined || batch === undefined || iteration === undefined) return undefined;
    const pass = passCode(span.pass as Pass);
    const phase = phaseCode(span.phase as Phase);
    return { stage, batch, iteration, replica: replicaOf(detail, span.lane), pass, phase };
  }

  #selectedSpan(side: Side, work: WorkInBoth | undefined): SelectedSpan | undefined {
    const span = work?.[side];
    const { pairing, sides } = this.#runs;
    if (work === undefined || span === undefined || pairing === undefined) return undefined;
    const stage = sides[side].stageById(pairing.mapping[work.row]?.[side]);
    return {
      kind: "span",
      ...span,
      stage: stage?.ordinal,
      batch: work.batch,
      iteration: pairing.scopes[side].iteration,
    };
  }

  /** Of what is no span: a stage has a partner, a batch is the same one in the other iteration, a bubble has none. */
  #partnerOf(side: Side, selected: Selected | undefined): Selected | undefined {
    const { pairing, sides } = this.#runs;
    if (selected === undefined || pairing === undefined) return undefined;
    const to = otherSide(side);
    if (selected.kind === "stage") {
      const id = sides[side].stages.at(selected.stage)?.id;
      const stage = sides[to].stageById(pairing.mapping.find((pair) => id !== undefined && pair[side] === id)?.[to]);
      return stage === undefined ? undefined : { kind: "stage", stage: stage.ordinal };
    }
    if (selected.kind === "batch") return { ...selected, iteration: pairing.scopes[to].iteration };
    return undefined;
  }
}

function replicaOf({ lanes }: RunDetail, lane: number): number {
  return lanes.find(({ id }) => id === lane)?.replica ?? 0;
}
