/**
 * Which neighbouring stages the stage view shows: by default the bottleneck with one on either side. It follows the selection
 * (a stage that is selected and not shown becomes the middle one) and moves stage by stage.
 */
const MOST_BESIDE = 4;

export class ChosenStages {
  /** Stages to either side of the middle one. */
  beside = $state(1);
  #middle = $state<number | undefined>(undefined);
  readonly #count: () => number;
  readonly #bottleneck: () => number | undefined;

  /** @param count stages of the run @param bottleneck its ordinal, where it is known */
  constructor({ count, bottleneck }: { count: () => number; bottleneck: () => number | undefined }) {
    this.#count = count;
    this.#bottleneck = bottleneck;
  }

  get middle(): number {
    return this.#clamp(this.#middle ?? this.#bottleneck() ?? 0);
  }

  /** Whether they are the default ones. */
  get isDefault(): boolean {
    return this.#middle === undefined;
  }

  /** Ordinals, ascending; as many as there are, also at the ends of the chain. */
  readonly shown: readonly number[] = $derived.by(() => {
    const count = this.#count();
    const wanted = Math.min(count, 2 * this.beside + 1);
    const first = Math.max(0, Math.min(count - wanted, this.middle - this.beside));
    return Array.from({ length: wanted }, (_, i) => first + i);
  });

  follow(stage: number): void {
    if (!this.shown.includes(stage)) this.#middle = this.#clamp(stage);
  }

  moveBy(stages: number): void {
    const middle = this.shown[Math.floor(this.shown.length / 2)];
    this.#middle = this.#clamp((middle ?? 0) + stages);
  }

  /** Back to the bottleneck. */
  reset(): void {
    this.#middle = undefined;
  }

  widenBy(stages: number): void {
    this.beside = Math.max(0, Math.min(MOST_BESIDE, this.beside + stages));
  }

  #clamp(stage: number): number {
    return Math.max(0, Math.min(this.#count() - 1, stage));
  }
}
