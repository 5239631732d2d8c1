/**
 * What the ids of one thread's tables are in the trace that is put together from all threads' pieces. Lanes and names get
 * their ids there when a piece that uses them is taken over, hence in the order of the file, as if one thread had read all.
 */
import type { CollectedTrace } from "../collected-trace.ts";
import type { TableNews } from "./shard.ts";

const UNKNOWN = -1;

export class ShardIds {
  readonly #trace: CollectedTrace;
  /** The thread's tables, by its ids. */
  readonly #texts: string[] = [];
  readonly #lanes: { readonly first: number[]; readonly second: number[] } = { first: [], second: [] };
  readonly #names: { readonly first: number[]; readonly second: number[] } = { first: [], second: [] };
  /** By the thread's ids: those of the trace. */
  readonly #textOf: number[] = [];
  readonly laneOf: number[] = [];
  readonly nameOf: number[] = [];

  constructor(trace: CollectedTrace) {
    this.#trace = trace;
  }

  /** Takes in what the thread's tables hold in addition. */
  learn({ texts, lanes, names }: TableNews): void {
    for (const text of texts) {
      this.#texts.push(text);
      this.#textOf.push(UNKNOWN);
    }
    for (const [into, from, ids] of [
      [this.#lanes, lanes, this.laneOf],
      [this.#names, names, this.nameOf],
    ] as const) {
      for (let index = 0; index < from.first.length; index++) {
        into.first.push(from.first[index]);
        into.second.push(from.second[index]);
        ids.push(UNKNOWN);
      }
    }
  }

  /** Gives ids to the lanes and names that a piece uses; `laneOf` and `nameOf` know them afterwards. */
  place({ lanes, names }: { readonly lanes: readonly number[]; readonly names: readonly number[] }): void {
    for (const lane of lanes) {
      if (this.laneOf[lane] !== UNKNOWN) continue;
      this.laneOf[lane] = this.#trace.lanes.add(
        this.text(this.#lanes.first[lane]),
        this.text(this.#lanes.second[lane]),
      );
    }
    for (const name of names) {
      if (this.nameOf[name] !== UNKNOWN) continue;
      this.nameOf[name] = this.#trace.nameOf(this.text(this.#names.first[name]), this.text(this.#names.second[name]));
    }
  }

  /** Id of a text in the trace; what is no text stays as it is. */
  text(text: number): number {
    if (text < 0) return text;
    let id = this.#textOf[text];
    if (id === UNKNOWN) id = this.#textOf[text] = this.#trace.texts.add(this.#texts[text]);
    return id;
  }
}
