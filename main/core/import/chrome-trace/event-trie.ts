/**
 * Events of one shape whose values repeat: all (thread, name, stage, phase, …) of a trace are few, only times and batches
 * change. A trie holds each combination that was met as long literals between the few values that do change, so that reading
 * such an event is comparing words and taking three or four numbers, with no text to look up.
 *
 * Which values repeat is found out from the first events of the shape (`Habits`); a shape without such habits gets no trie.
 * Only an index over what event-template.ts learns; template-scanner.ts walks it.
 */
import { growColumn } from "../growing.ts";
import type { EventFields, LeafHolder } from "./event-fields.ts";
import type { KnownEvent } from "./known-event.ts";
import {
  FIELD_CATEGORY,
  FIELD_NAME,
  FIELD_PROCESS,
  FIELD_THREAD,
  FINISH,
  STEP_LENGTH,
  STEP_NEXT,
  STEP_SIBLING,
  TAKE_DIGITS,
  TAKE_NUMBER_SLOT,
  TAKE_TEXT,
  TAKE_TEXT_SLOT,
} from "./event-template.ts";
import type { EventTemplate } from "./event-template.ts";

/** Events of a shape that are watched before it is judged. */
const WATCHED_EVENTS = 1024;
/** A value repeats when there are at most so many of it for each name. */
const MOST_PER_NAME = 4;
/** Names that came less often say nothing of what repeats. */
const FEWEST_OF_NAME = 4;
const MOST_NODES = 8192;
/** Nodes that are tried in a row. */
const MOST_SIBLINGS = 8;
const ROOTS = 512;
const NO_NODE = -1;
const FIELD_COUNT = 4;

/** Watches which values of a shape repeat. */
export class Habits {
  #events = 0;
  /** By id of the name: how often, and the different values of each step. */
  readonly #byName = new Map<number, { count: number; values: Set<number>[] }>();

  /** Looks at an event that was read with the template; true when enough were seen. */
  watch({ program }: EventTemplate, fields: EventFields): boolean {
    let ofName = this.#byName.get(fields.name);
    if (ofName === undefined) {
      ofName = { count: 0, values: Array.from({ length: program.length / STEP_LENGTH }, () => new Set<number>()) };
      this.#byName.set(fields.name, ofName);
    }
    ofName.count++;
    for (let step = 0; step < program.length; step += STEP_LENGTH) {
      if (isValue(program, step)) ofName.values[step / STEP_LENGTH].add(valueOf(program, step, fields));
    }
    return ++this.#events === WATCHED_EVENTS;
  }

  /** By step: whether its values repeat; undefined when the names do not repeat either. */
  judge({ program }: EventTemplate): boolean[] | undefined {
    const frequent = Array.from(this.#byName.values()).filter(({ count }) => count >= FEWEST_OF_NAME);
    const covered = frequent.reduce((sum, { count }) => sum + count, 0);
    if (covered * 2 < WATCHED_EVENTS) return undefined;
    return Array.from({ length: program.length / STEP_LENGTH }, (_, index) => {
      if (!isValue(program, index * STEP_LENGTH)) return false;
      const different = frequent.reduce((sum, { values }) => sum + values[index].size, 0);
      return different <= frequent.length * MOST_PER_NAME;
    });
  }
}

/** Whether a step takes a value that a literal may stand for. */
function isValue(program: Int32Array, step: number): boolean {
  const action = program[step + 5];
  if (action === TAKE_TEXT || action === TAKE_DIGITS) return program[step + 6] < FIELD_COUNT;
  return action === TAKE_NUMBER_SLOT || action === TAKE_TEXT_SLOT;
}

function valueOf(program: Int32Array, step: number, fields: EventFields): number {
  const operand = program[step + 6];
  const isSlot = program[step + 5] === TAKE_NUMBER_SLOT || program[step + 5] === TAKE_TEXT_SLOT;
  return isSlot ? fields.slots.value[operand] : fieldOf(fields, operand);
}

function fieldOf(fields: EventFields, field: number): number {
  if (field === FIELD_NAME) return fields.name;
  if (field === FIELD_CATEGORY) return fields.category;
  return field === FIELD_PROCESS ? fields.process : fields.thread;
}

/** By slot: 1 where a number is no literal; undefined where a text is none. */
function findFreeSlots(program: Int32Array, isFolded: readonly boolean[], slotCount: number): Uint8Array | undefined {
  const isFree = new Uint8Array(slotCount);
  for (const [index, folded] of isFolded.entries()) {
    const action = program[index * STEP_LENGTH + 5];
    if (folded) continue;
    if (action === TAKE_NUMBER_SLOT) isFree[program[index * STEP_LENGTH + 6]] = 1;
    else if (action === TAKE_TEXT || action === TAKE_DIGITS || action === TAKE_TEXT_SLOT) return undefined;
  }
  return isFree;
}

export class EventTrie implements LeafHolder {
  /** By step of the template: whether literals stand for its value. */
  readonly isFolded: readonly boolean[];
  /** Steps as in `EventTemplate.program`, with `STEP_SIBLING` set; the operand of FINISH is the leaf. */
  nodes = new Int32Array(64 * STEP_LENGTH);
  words = new Int32Array(1024);
  #nodeCount = 0;
  #wordCount = 0;
  readonly #roots = new Int32Array(ROOTS).fill(NO_NODE);
  /** Where in the event the bytes are that tell the roots apart. */
  readonly #keyAt: number;
  /** By leaf: the fields, then the slots, that the literals stand for. */
  #leaves = 0;
  readonly #fields: readonly number[];
  readonly #slots: readonly number[];
  #fieldValues = new Int32Array(64);
  #slotValues = new Float64Array(64);
  readonly freeSlots: Uint8Array | undefined;
  readonly known: (KnownEvent | null | undefined)[] = [];

  constructor({ program }: EventTemplate, isFolded: readonly boolean[], slotCount: number) {
    this.isFolded = isFolded;
    this.freeSlots = findFreeSlots(program, isFolded, slotCount);
    const steps = isFolded.flatMap((folded, index) => (folded ? [index * STEP_LENGTH] : []));
    const isSlot = (step: number) => program[step + 5] === TAKE_NUMBER_SLOT || program[step + 5] === TAKE_TEXT_SLOT;
    this.#fields = steps.filter((step) => !isSlot(step)).map((step) => program[step + 6]);
    this.#slots = steps.filter(isSlot).map((step) => program[step + 6]);
    this.#keyAt = program[1] * 4 + program[2];
  }

  /** The first node to try for the event at `pos`, or -1. */
  root(view: DataView, pos: number): number {
    return this.#roots[this.#place(view, pos)];
  }

  /** Eight bytes from the first value on: with a literal behind it, a short name makes the same eight bytes each time. */
  #place(view: DataView, pos: number): number {
    if (!this.isFolded[0]) return 0;
    const at = pos + this.#keyAt;
    if (at + 8 > view.byteLength) return 0;
    const mixed = Math.imul(view.getInt32(at, true) ^ Math.imul(view.getInt32(at + 4, true), 0x85eb_ca6b), 0x9e37_79b1);
    return mixed >>> 23;
  }

  /** Adds the event at `pos`, whose values are in the fields; `path` is its template with the folded steps left out. */
  add(view: DataView, pos: number, path: EventTemplate, fields: EventFields): void {
    if (this.#nodeCount + path.program.length / STEP_LENGTH > MOST_NODES) return;
    const place = this.#place(view, pos);
    let parent = NO_NODE;
    for (let step = 0; step < path.program.length; step += STEP_LENGTH) {
      const first = parent === NO_NODE ? this.#roots[place] : this.nodes[parent + STEP_NEXT];
      let node = first;
      let siblings = 0;
      while (node !== NO_NODE && !this.#isSame(node, path, step)) {
        node = this.nodes[node + STEP_SIBLING];
        siblings++;
      }
      if (node === NO_NODE) {
        if (siblings >= MOST_SIBLINGS) return;
        node = this.#addNode(path, step, first);
        if (parent === NO_NODE) this.#roots[place] = node;
        else this.nodes[parent + STEP_NEXT] = node;
        if (path.program[step + 5] === FINISH) this.nodes[node + 6] = this.#addLeaf(fields);
      }
      parent = node;
    }
  }

  #isSame(node: number, { program, words }: EventTemplate, step: number): boolean {
    for (let entry = 1; entry < 6; entry++) if (this.nodes[node + entry] !== program[step + entry]) return false;
    if (this.nodes[node + 7] !== program[step + 7]) return false;
    if (program[step + 5] !== FINISH && this.nodes[node + 6] !== program[step + 6]) return false;
    for (let word = 0; word < program[step + 1]; word++) {
      if (this.words[this.nodes[node] + word] !== words[program[step] + word]) return false;
    }
    return true;
  }

  #addNode({ program, words }: EventTemplate, step: number, sibling: number): number {
    const node = this.#nodeCount++ * STEP_LENGTH;
    if (node + STEP_LENGTH > this.nodes.length) this.nodes = growColumn(this.nodes, this.nodes.length * 2);
    const count = program[step + 1];
    while (this.#wordCount + count > this.words.length) this.words = growColumn(this.words, this.words.length * 2);
    this.nodes.set(program.subarray(step, step + STEP_LENGTH), node);
    this.nodes[node] = this.#wordCount;
    this.nodes[node + STEP_NEXT] = NO_NODE;
    this.nodes[node + STEP_SIBLING] = sibling;
    this.words.set(words.subarray(program[step], program[step] + count), this.#wordCount);
    this.#wordCount += count;
    return node;
  }

  #addLeaf(fields: EventFields): number {
    const leaf = this.#leaves++;
    const fieldsAt = leaf * this.#fields.length;
    const slotsAt = leaf * this.#slots.length;
    while (fieldsAt + FIELD_COUNT > this.#fieldValues.length) {
      this.#fieldValues = growColumn(this.#fieldValues, this.#fieldValues.length * 2);
    }
    while (slotsAt + this.#slots.length > this.#slotValues.length) {
      this.#slotValues = growColumn(this.#slotValues, this.#slotValues.length * 2);
    }
    for (const [index, field] of this.#fields.entries()) this.#fieldValues[fieldsAt + index] = fieldOf(fields, field);
    for (const [index, slot] of this.#slots.entries()) this.#slotValues[slotsAt + index] = fields.slots.value[slot];
    return leaf;
  }

  apply(leaf: number, fields: EventFields): void {
    const ids = this.#fields;
    let at = leaf * ids.length;
    for (let index = 0; index < ids.length; index++) {
      const value = this.#fieldValues[at++];
      if (ids[index] === FIELD_NAME) fields.name = value;
      else if (ids[index] === FIELD_CATEGORY) fields.category = value;
      else if (ids[index] === FIELD_PROCESS) fields.process = value;
      else if (ids[index] === FIELD_THREAD) fields.thread = value;
    }
    const slots = this.#slots;
    const values = fields.slots.value;
    at = leaf * slots.length;
    for (let index = 0; index < slots.length; index++) values[slots[index]] = this.#slotValues[at++];
  }
}
