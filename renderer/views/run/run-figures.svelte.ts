/**
 * Pictures of the views of a run: which there can be, how each is drawn, and saving them. A view that is on screen is drawn as
 * it is there, one that is not as it would be at first. What draws is loaded when it is asked for.
 */
import type { Figure, FigureFormat } from "../../figure/save-figure.ts";
import type { Explanation } from "../../state/explanation.svelte.ts";
import type { OpenRun } from "../../state/open-run.svelte.ts";
import { theme } from "../../theme/theme.svelte.ts";
import type { MatrixModel } from "../matrix/matrix-model.svelte.ts";
import { ChosenStages } from "../stage-lanes/chosen-stages.svelte.ts";
import { rowsToExport } from "../wavefront/rows-to-export.ts";
import type { WavefrontModel } from "../wavefront/wavefront-model.svelte.ts";

export const FIGURE_VIEWS = ["wavefront", "network", "stages", "matrix"] as const;
export type FigureView = (typeof FIGURE_VIEWS)[number];

export class RunFigures {
  /** Whether a person is choosing what to save. */
  choosing = $state(false);
  readonly #run: OpenRun;
  readonly #explanation: Explanation;
  #wavefront = $state.raw<WavefrontModel>();
  #stages = $state.raw<ChosenStages>();
  #matrix = $state.raw<MatrixModel>();

  constructor(run: OpenRun, explanation: Explanation) {
    this.#run = run;
    this.#explanation = explanation;
  }

  /** Views that this run has anything to show in. */
  readonly available: readonly FigureView[] = $derived.by(() => {
    const { detail, stages, pipelineReport, report } = this.#run;
    if (report === undefined) return [];
    const has: Readonly<Record<FigureView, boolean>> = {
      wavefront: detail.rows[this.#run.viewport.axis].length > 0,
      network: stages.length > 0,
      stages: pipelineReport !== undefined && stages.length > 0,
      matrix: pipelineReport !== undefined,
    };
    return FIGURE_VIEWS.filter((view) => has[view]);
  });

  /** What is looked at most: the middle of the window. */
  get usual(): FigureView {
    const middle = this.#matrix === undefined ? "wavefront" : "matrix";
    return this.available.includes(middle) ? middle : (this.available[0] ?? middle);
  }

  titleOf(view: FigureView): string {
    switch (view) {
      case "wavefront":
        return this.#wavefront?.steps === undefined ? "Wavefront" : "Step grid";
      case "network":
        return "Network";
      case "stages":
        return "Pipeline stages";
      case "matrix":
        return "Stage × batch";
    }
  }

  /** Until the function that comes back is called, as by an effect that ends; so are the two below. */
  showWavefront(model: WavefrontModel): () => void {
    this.#wavefront = model;
    return () => {
      if (this.#wavefront === model) this.#wavefront = undefined;
    };
  }

  showStages(chosen: ChosenStages): () => void {
    this.#stages = chosen;
    return () => {
      if (this.#stages === chosen) this.#stages = undefined;
    };
  }

  showMatrix(model: MatrixModel): () => void {
    this.#matrix = model;
    return () => {
      if (this.#matrix === model) this.#matrix = undefined;
    };
  }

  /** @throws AppError, and what reading the run throws */
  async draw(view: FigureView): Promise<Figure> {
    switch (view) {
      case "wavefront":
        return this.#drawWavefront();
      case "network": {
        const { drawNetwork } = await import("../network/network-export.ts");
        return drawNetwork(this.#run, theme.name);
      }
      case "stages": {
        const { drawStageLanes } = await import("../stage-lanes/lanes-export.ts");
        return drawStageLanes(this.#run, { shown: (this.#stages ?? this.#usualStages()).shown, theme: theme.name });
      }
      case "matrix": {
        const { drawMatrix } = await import("../matrix/matrix-export.ts");
        return drawMatrix(this.#run, { shown: this.#shownMatrix(), theme: theme.name });
      }
    }
  }

  /** Failures are told. Says whether it was saved. */
  async save(view: FigureView, format: FigureFormat): Promise<boolean> {
    try {
      const [figure, { saveFigure }] = await Promise.all([this.draw(view), import("../../figure/save-figure.ts")]);
      const what = this.titleOf(view).toLowerCase();
      await saveFigure(figure, { name: `${this.#run.detail.run.name} ${what}`, format });
      return true;
    } catch (error) {
      this.#run.tell(error);
      return false;
    }
  }

  async #drawWavefront(): Promise<Figure> {
    const model = this.#wavefront;
    const { detail, viewport } = this.#run;
    const { showsCauses, showsPath } = this.#explanation;
    const picture = {
      theme: theme.name,
      number: model?.number ?? (viewport.axis === "stage" ? ("batch" as const) : ("stage" as const)),
      ...rowsToExport(detail.rows[viewport.axis].length, model),
      showsCauses,
      showsPath,
    };
    if (model?.steps !== undefined) {
      const { drawSteps } = await import("../wavefront/step-export.ts");
      return drawSteps(this.#run, { ...picture, steps: model.steps });
    }
    const { drawWavefront } = await import("../wavefront/wavefront-export.ts");
    return drawWavefront(this.#run, picture);
  }

  /** The bottleneck and its neighbours. */
  #usualStages(): ChosenStages {
    const { stages, pipelineReport } = this.#run;
    const bottleneck = pipelineReport?.initiationInterval.bottleneck?.stage;
    return new ChosenStages({
      count: () => stages.length,
      bottleneck: () => stages.find(({ id }) => id === bottleneck)?.ordinal,
    });
  }

  #shownMatrix() {
    const { matrix, from = 0, to = 1, isRelative = false, scale } = this.#matrix ?? {};
    return matrix === undefined || scale === undefined ? undefined : { matrix, from, to, isRelative, scale };
  }
}
