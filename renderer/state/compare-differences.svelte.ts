/** What the difference heatmap shows: whether it is there, of which work, which quantity, and what counts as noise. */
import type { DifferenceMatrix } from "#common/comparison.ts";
import type { DifferenceChoice, Measure, Quantity } from "#common/difference-map.ts";

export const NOISE_SHARES = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5] as const;

export class ShownDifferences {
  open = $state(true);
  /** Position among the matrices of the comparison. */
  kind = $state(0);
  quantity = $state<Quantity>("duration");
  #measure = $state<Measure>("difference");
  /** Position in `NOISE_SHARES`. */
  noise = $state(3);

  /** Of starts and waits there is no ratio: they may be nothing. */
  get measure(): Measure {
    return this.quantity === "duration" ? this.#measure : "difference";
  }

  set measure(measure: Measure) {
    this.#measure = measure;
  }

  get choice(): DifferenceChoice {
    return { quantity: this.quantity, measure: this.measure, threshold: NOISE_SHARES[this.noise] ?? 0 };
  }

  /** The matrix that is meant; the first where the comparison has others now. */
  matrixOf(differences: readonly DifferenceMatrix[]): DifferenceMatrix | undefined {
    return differences.at(this.kind) ?? differences.at(0);
  }
}
