/** Instants, counter samples and flow points while they are collected: one shape of columns, read by their writers. */
import { growColumn } from "./growing.ts";

export class MomentColumns {
  length = 0;
  /** Ns from the importer's time base. */
  at = new Float64Array(64);
  /** Raw lane, or the text of the process for counters; -1 for none. */
  place = new Int32Array(64);
  name = new Int32Array(64);
  /** Text of a counter's series or of a flow's id. */
  key = new Int32Array(64);
  /** Scope of an instant, step and binding of a flow point: codes of write-run.ts. */
  kind = new Uint8Array(64);
  /** Value of a counter; for instants the address of the arguments. */
  value = new Float64Array(64);
  /** Length of the arguments of an instant. */
  size = new Uint32Array(64);

  add(at: number, place: number, name: number, key: number, kind: number, value: number, size: number): void {
    const row = this.length++;
    if (row === this.at.length) this.#grow(row * 2);
    this.at[row] = at;
    this.place[row] = place;
    this.name[row] = name;
    this.key[row] = key;
    this.kind[row] = kind;
    this.value[row] = value;
    this.size[row] = size;
  }

  #grow(capacity: number): void {
    this.at = growColumn(this.at, capacity);
    this.place = growColumn(this.place, capacity);
    this.name = growColumn(this.name, capacity);
    this.key = growColumn(this.key, capacity);
    this.kind = growColumn(this.kind, capacity);
    this.value = growColumn(this.value, capacity);
    this.size = growColumn(this.size, capacity);
  }
}
