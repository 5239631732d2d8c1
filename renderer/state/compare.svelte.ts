/**
 * Two runs that are compared: what the backend says of their difference, what is on screen of both, and how their times lie
 * over one another. The pictures need only the runs; the answer comes when the backend has it, and the latest question wins.
 *
 * A is what is compared with, B what is looked at: every difference is B − A. Swapping the two is a new question.
 */
import type { Client, IterationWindow, RunDetail } from "#common/api.ts";
import type { Comparison, ComparisonScope, GivenStagePair } from "#common/comparison.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import type { SpanId } from "#common/ids.ts";
import type { RowAxis } from "#common/tile.ts";
import type { AlignedRun, Alignment, OfBoth, Side } from "./compare-alignment.ts";
import { originsOf, SIDES, sharedBounds, sharedWindow } from "./compare-alignment.ts";
import { ShownDifferences } from "./compare-differences.svelte.ts";
import { Coupling } from "./compare-coupling.svelte.ts";
import type { ComparisonLink, CompareLayout } from "./compare-link.ts";
import type { Pairing } from "./compare-partner.ts";
import { ComparedSide } from "./compare-side.ts";
import type { Notices } from "./notices.svelte.ts";
import type { TimeRange } from "./viewport.svelte.ts";
import { Viewport } from "./viewport.svelte.ts";

interface OpenComparisonOptions {
  readonly client: Client;
  readonly details: OfBoth<RunDetail>;
  readonly notices: Notices;
}

export class OpenComparison {
  readonly client: Client;
  /** Replaced as a whole by a swap. */
  sides = $state.raw() as OfBoth<ComparedSide>;
  readonly shared: Viewport;
  readonly coupling: Coupling;
  readonly differences = new ShownDifferences();
  layout = $state<CompareLayout>("stacked");
  #alignment = $state<Alignment>("start");
  /** Stage (row of the mapping) and batch whose starts lie above one another. */
  at = $state.raw<{ readonly row: number; readonly batch: number }>({ row: 0, batch: 0 });
  #batchStarts = $state.raw<Partial<OfBoth<number>>>({});
  /** What was asked for: what is left out the backend chooses. */
  asked = $state.raw<ComparisonScope>({});
  result = $state.raw<Comparison | undefined>(undefined);
  reading = $state(false);
  /** Why there is no answer: one of the runs has no pipeline, or no such iteration. */
  problem = $state.raw<AppErrorFields | undefined>(undefined);
  readonly #notices: Notices;
  #request: AbortController | undefined;

  constructor({ client, details, notices }: OpenComparisonOptions) {
    this.client = client;
    this.#notices = notices;
    this.shared = new Viewport({ bounds: { fromNs: 0, toNs: 1 } });
    this.sides = { a: this.#open(details.a), b: this.#open(details.b) };
    this.coupling = new Coupling(this);
    this.shared.axis = this.axes[0] ?? "lane";
    this.#showWindows();
  }

  get report() {
    return this.result?.report;
  }

  /** Axes that both runs have rows for, the most telling first. */
  get axes(): readonly RowAxis[] {
    const { a, b } = this.sides;
    const has = (axis: RowAxis) => a.detail.rows[axis].length > 0 && b.detail.rows[axis].length > 0;
    const single = a.detail.rows.rank.length < 2 && b.detail.rows.rank.length < 2;
    const order: readonly RowAxis[] = single ? ["stage", "rank", "lane"] : ["rank", "stage", "lane"];
    return order.filter((axis) => has(axis));
  }

  get isAnythingSelected(): boolean {
    return SIDES.some((side) => this.sides[side].selection.current !== undefined);
  }

  get alignment(): Alignment {
    return this.#alignment;
  }

  /** Compute windows of the two compared iterations: the answer's, before it has come those that it will be about. */
  readonly windows: OfBoth<TimeRange | undefined> = $derived({ a: this.#windowOf("a"), b: this.#windowOf("b") });

  readonly #aligned: OfBoth<AlignedRun> = $derived({
    a: { run: this.sides.a.detail.run, window: this.windows.a, batchNs: this.#batchStarts.a },
    b: { run: this.sides.b.detail.run, window: this.windows.b, batchNs: this.#batchStarts.b },
  });

  /** Ns of each run at which the shared time is 0. */
  readonly origins: OfBoth<number> = $derived(originsOf(this.#alignment, this.#aligned));

  readonly pairing: Pairing | undefined = $derived.by(() => {
    if (this.report === undefined) return undefined;
    const { a, b, stageMapping } = this.report;
    return { mapping: stageMapping, scopes: { a: a.scope, b: b.scope } };
  });

  get link(): ComparisonLink {
    const { sides, asked, shared, layout } = this;
    return {
      a: sides.a.detail.id,
      b: sides.b.detail.id,
      iterationA: asked.iterationA,
      iterationB: asked.iterationB,
      replica: asked.replica,
      alignment: this.#alignment === "start" ? undefined : this.#alignment,
      at: this.#alignment === "batch" ? this.at : undefined,
      layout: layout === "stacked" ? undefined : layout,
      axis: shared.axis,
      range: shared.range,
    };
  }

  /** Shows what the link asks for and reads the answer. */
  async start(link: ComparisonLink): Promise<void> {
    const { iterationA, iterationB, replica, layout, axis, range, alignment, at } = link;
    this.asked = {
      ...(iterationA === undefined ? {} : { iterationA }),
      ...(iterationB === undefined ? {} : { iterationB }),
      ...(replica === undefined ? {} : { replica }),
    };
    if (layout !== undefined) this.layout = layout;
    if (axis !== undefined && this.axes.includes(axis)) this.shared.axis = axis;
    if (alignment === "clock") await this.align("clock");
    this.#showWindows();
    await this.#read();
    if (alignment === "batch") await this.align("batch", at);
    if (range !== undefined) this.shared.restore(range);
  }

  /** Which iterations are compared: of one alone the other is the same number, of none both are the lower medians. */
  async pair(iterations: Pick<ComparisonScope, "iterationA" | "iterationB">): Promise<void> {
    const { iterationA: _a, iterationB: _b, ...rest } = this.asked;
    this.asked = { ...rest, ...iterations };
    await this.#read();
  }

  async showReplica(replica: number): Promise<void> {
    this.asked = { ...this.asked, replica };
    await this.#read();
  }

  /** @param stageMap undefined: the backend's own mapping */
  async mapStages(stageMap: readonly GivenStagePair[] | undefined): Promise<void> {
    const { stageMap: _before, ...rest } = this.asked;
    this.asked = stageMap === undefined ? rest : { ...rest, stageMap };
    await this.#read();
  }

  async swap(): Promise<void> {
    const { iterationA, iterationB, stageMap, ...rest } = this.asked;
    // The answer of the other question would stand under the wrong names.
    const before = this.result;
    this.result = undefined;
    this.#batchStarts = {
      ...(this.#batchStarts.b === undefined ? {} : { a: this.#batchStarts.b }),
      ...(this.#batchStarts.a === undefined ? {} : { b: this.#batchStarts.a }),
    };
    this.sides = { a: this.sides.b, b: this.sides.a };
    this.asked = {
      ...rest,
      // Chosen by the backend for A, an iteration is B's now: it must not change under the swap.
      ...swappedIterations({ iterationA, iterationB }, before),
      ...(stageMap === undefined ? {} : { stageMap: stageMap.map(({ a, b }) => ({ a: b, b: a })) }),
    };
    this.coupling.reset();
    await this.#read();
  }

  /** Lays the times of the runs over one another; what is on screen of A stays where it is. */
  async align(alignment: Alignment, at = this.at): Promise<void> {
    if (alignment === "batch") {
      this.at = at;
      const place = { ...at, pass: "forward", phase: "compute" } as const;
      const [a, b] = await Promise.all(SIDES.map((side) => this.coupling.startOf(side, place)));
      if (a === undefined || b === undefined) {
        const text = `Batch ${at.batch} was not found at this stage in ${a === undefined ? "A" : "B"}.`;
        this.#notices.say({ text, detail: "The times stay as they are." });
        return;
      }
      this.#realign(() => {
        this.#batchStarts = { a, b };
        this.#alignment = alignment;
      });
      return;
    }
    this.#realign(() => (this.#alignment = alignment));
  }

  /** Both compared iterations, from end to end. */
  fitWindows(): void {
    this.shared.fit(sharedWindow(this.#aligned, this.origins));
  }

  /** Selects a span of one run and brings it on screen. */
  async showSpan(side: Side, span: SpanId): Promise<void> {
    const one = this.sides[side];
    const { detail, selection, viewport } = one;
    try {
      const { startNs, durationNs, lane, stage, batch, iteration } = await this.client.readSpan({
        run: detail.id,
        span,
      });
      const endNs = startNs + durationNs;
      selection.select({
        kind: "span",
        id: span,
        startNs,
        endNs,
        lane,
        stage: one.stageById(stage)?.ordinal,
        batch,
        iteration,
      });
      const { fromNs, toNs } = viewport.range;
      if (startNs < fromNs || endNs > toNs) viewport.panBy({ ns: (startNs + endNs - fromNs - toNs) / 2 });
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  tell(error: unknown): void {
    this.#notices.tell(error);
  }

  close(): void {
    this.#request?.abort();
  }

  #open(detail: RunDetail): ComparedSide {
    return new ComparedSide({
      client: this.client,
      detail,
      shared: this.shared,
      originNs: (side) => this.origins[this.#nameOf(side)],
      onSelect: (side, selected) => void this.coupling.follow(this.#nameOf(side), selected),
    });
  }

  #nameOf(side: ComparedSide): Side {
    return this.sides.a === side ? "a" : "b";
  }

  #realign(act: () => void): void {
    const before = this.origins.a;
    const { fromNs, toNs } = this.shared.range;
    act();
    const movedNs = before - this.origins.a;
    this.shared.setBounds(sharedBounds(this.#aligned, this.origins));
    this.shared.restore({ fromNs: fromNs + movedNs, toNs: toNs + movedNs });
  }

  #showWindows(): void {
    this.shared.setBounds(sharedBounds(this.#aligned, this.origins));
    this.shared.restore(sharedWindow(this.#aligned, this.origins));
  }

  #windowOf(side: Side): TimeRange | undefined {
    if (this.report !== undefined) {
      const { windowStartNs, makespanNs } = this.report[side];
      return { fromNs: windowStartNs, toNs: windowStartNs + makespanNs };
    }
    const { windows, defaultWindow } = this.sides[side].detail;
    const { iterationA, iterationB = iterationA, replica = 0 } = this.asked;
    const iteration = side === "a" ? iterationA : iterationB;
    const named = windows.find((window) => window.iteration === iteration && window.replica === replica);
    return rangeOf(named ?? defaultWindow);
  }

  async #read(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.reading = true;
    const before = this.windows;
    const { a, b } = this.sides;
    try {
      const result = await this.client.readComparison(
        { a: a.detail.id, b: b.detail.id, ...this.asked },
        { signal: request.signal },
      );
      if (this.#request !== request) return;
      this.result = result;
      this.problem = undefined;
    } catch (error) {
      if (this.#request !== request) return;
      this.result = undefined;
      if (error instanceof AppError) this.problem = error.fields;
      else this.#notices.tell(error);
    } finally {
      if (this.#request === request) this.reading = false;
    }
    this.coupling.reset();
    // Starts of a batch are those of an iteration: with another one they are read anew.
    if (this.#alignment === "batch") await this.align("batch");
    if (!sameWindows(before, this.windows)) this.#showWindows();
  }
}

const rangeOf = (window: IterationWindow | undefined): TimeRange | undefined =>
  window === undefined ? undefined : { fromNs: window.startNs, toNs: window.endNs };

function sameWindows(x: OfBoth<TimeRange | undefined>, y: OfBoth<TimeRange | undefined>): boolean {
  return SIDES.every((side) => x[side]?.fromNs === y[side]?.fromNs && x[side]?.toNs === y[side]?.toNs);
}

function swappedIterations(
  { iterationA, iterationB }: Pick<ComparisonLink, "iterationA" | "iterationB">,
  before: Comparison | undefined,
): Pick<ComparisonScope, "iterationA" | "iterationB"> {
  if (iterationA === undefined && iterationB === undefined) return {};
  const a = iterationB ?? before?.report.b.scope.iteration;
  const b = iterationA ?? before?.report.a.scope.iteration;
  return { ...(a === undefined ? {} : { iterationA: a }), ...(b === undefined ? {} : { iterationB: b }) };
}
