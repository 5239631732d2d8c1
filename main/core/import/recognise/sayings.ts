/**
 * What spans are said to be, without the numbers that differ from span to span: each combination is kept once and known by
 * a small integer, because millions of spans share a few hundred of them. Number 0 says nothing.
 */
import { growColumn } from "../growing.ts";
import { UNSAID } from "./contract.ts";
import type { Saying } from "./contract.ts";

export const NO_SAYING = 0;

export class Sayings {
  size = 0;
  rule = new Int32Array(64);
  stage = new Int32Array(64);
  chunk = new Int32Array(64);
  rank = new Int32Array(64);
  replica = new Int32Array(64);
  pass = new Int32Array(64);
  phase = new Int32Array(64);
  op = new Int32Array(64);
  #mask = 255;
  /** Id + 1, or 0. */
  #table = new Int32Array(256);

  constructor() {
    this.add({
      rule: UNSAID,
      stage: UNSAID,
      chunk: UNSAID,
      rank: UNSAID,
      replica: UNSAID,
      pass: 0,
      phase: 0,
      op: UNSAID,
    });
  }

  /** Id of a combination, new or known. */
  add(said: Saying): number {
    let place = placeOf(said) & this.#mask;
    for (;;) {
      const id = this.#table[place] - 1;
      if (id < 0) break;
      if (
        this.stage[id] === said.stage &&
        this.phase[id] === said.phase &&
        this.rule[id] === said.rule &&
        this.pass[id] === said.pass &&
        this.chunk[id] === said.chunk &&
        this.rank[id] === said.rank &&
        this.replica[id] === said.replica &&
        this.op[id] === said.op
      ) {
        return id;
      }
      place = (place + 1) & this.#mask;
    }
    const id = this.size++;
    if (id === this.rule.length) this.#grow(id * 2);
    this.rule[id] = said.rule;
    this.stage[id] = said.stage;
    this.chunk[id] = said.chunk;
    this.rank[id] = said.rank;
    this.replica[id] = said.replica;
    this.pass[id] = said.pass;
    this.phase[id] = said.phase;
    this.op[id] = said.op;
    this.#table[place] = id + 1;
    if (this.size * 2 > this.#mask) this.#growTable();
    return id;
  }

  at(id: number): Saying {
    const { rule, stage, chunk, rank, replica, pass, phase, op } = this;
    return {
      rule: rule[id],
      stage: stage[id],
      chunk: chunk[id],
      rank: rank[id],
      replica: replica[id],
      pass: pass[id],
      phase: phase[id],
      op: op[id],
    };
  }

  #grow(capacity: number): void {
    this.rule = growColumn(this.rule, capacity);
    this.stage = growColumn(this.stage, capacity);
    this.chunk = growColumn(this.chunk, capacity);
    this.rank = growColumn(this.rank, capacity);
    this.replica = growColumn(this.replica, capacity);
    this.pass = growColumn(this.pass, capacity);
    this.phase = growColumn(this.phase, capacity);
    this.op = growColumn(this.op, capacity);
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    this.#mask = this.#table.length - 1;
    for (let id = 0; id < this.size; id++) {
      let place = placeOf(this.at(id)) & this.#mask;
      while (this.#table[place] !== 0) place = (place + 1) & this.#mask;
      this.#table[place] = id + 1;
    }
  }
}

function placeOf({ rule, stage, chunk, rank, replica, pass, phase, op }: Saying): number {
  let mixed = Math.imul(stage, 0x9e37_79b1) ^ Math.imul(rank, 0x85eb_ca6b) ^ Math.imul(chunk, 0xc2b2_ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ replica, 0x27d4_eb2f);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ (((((rule << 4) ^ pass) << 4) ^ phase) << 8) ^ op, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}
