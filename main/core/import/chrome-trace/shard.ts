/**
 * Pieces of the array of events that are read apart from the rest, in any thread: bytes from the beginning of an event to
 * where, by a guess, another one begins. Says how far it got, so that whoever puts the pieces together can tell a wrong
 * guess. Stops before an event that needs what came before it (ends and begins of spans) and before whatever is no event.
 *
 * What a reader learned of the trace (texts, lanes, names, shapes of events) serves it for the next piece, too: learning
 * anew would cost as much as reading. What it tells of these tables is what is new since the piece before.
 */
import { CollectedSpans } from "../collected-spans.ts";
import { CollectedTrace } from "../collected-trace.ts";
import { packPairs, packRows } from "../folder/trace-part.ts";
import type { CollectedRows, PairColumns } from "../folder/trace-part.ts";
import { InternedTexts } from "../interned-texts.ts";
import { createRecogniser } from "../recognise/recogniser.ts";
import type { Recogniser } from "../recognise/contract.ts";
import type { Rule } from "../recognise/rule.ts";
import { EventAssembler } from "./event-assembler.ts";
import { EventScanner } from "./event-scanner.ts";
import * as json from "./json-bytes.ts";
import { OWN_KEYS } from "./own-arguments.ts";
import { UsedPairs } from "./used-pairs.ts";

/** Bytes that the scanner may look at behind the valid ones. */
export const SLACK_BYTES = 8;
const SPANS_AT_FIRST = 1 << 14;
/** Texts kept from piece to piece; in a trace in which every event has texts of its own they serve nobody. */
const MOST_TEXTS = 1 << 16;

/** Types that find each other: B E b e S F. */
const PAIRED = new Set([66, 69, 98, 101, 83, 70]);

export interface ShardWork {
  /** The piece and `SLACK_BYTES` behind it, the first of them 0. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
  /** Whole µs that every time is counted from. */
  readonly baseUs: number;
  /** Memory of rows that were taken over, to be used again. */
  readonly memory?: ArrayBuffer | undefined;
}

/** What a reader's tables hold beyond what it told before. */
export interface TableNews {
  /** The tables were begun anew: ids told before mean nothing. */
  readonly isAnew: boolean;
  readonly texts: readonly string[];
  readonly lanes: PairColumns;
  readonly names: PairColumns;
}

export interface ShardResult {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that are in the rows. */
  readonly consumed: number;
  /** Whether an element of the array comes next: a comma was the last that was consumed. */
  readonly isAtElement: boolean;
  /** `cut`: the piece ends inside an event; `stopped`: what comes next is not for a piece. */
  readonly end: "whole" | "cut" | "stopped";
  readonly lastNs: number;
  readonly rows: CollectedRows;
  /** Lanes and names that the piece used, in the order of their first use. */
  readonly used: { readonly lanes: readonly number[]; readonly names: readonly number[] };
  readonly news: TableNews;
}

interface Tables {
  readonly texts: InternedTexts;
  readonly recogniser: Recogniser;
  readonly scanner: EventScanner;
  readonly lanes: UsedPairs;
  readonly names: UsedPairs;
}

const NOTHING_TOLD = { texts: 0, lanes: 0, names: 0 };

export class ShardReader {
  readonly #rules: readonly Rule[];
  /** Used again for every piece: fresh memory costs more than what is written to it. */
  readonly #spans = new CollectedSpans(SPANS_AT_FIRST);
  #tables: Tables;
  /** Sizes of the tables when they were told. */
  #told = NOTHING_TOLD;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#tables = createTables(rules);
  }

  /** @throws what the assembler throws on an event that no importer can read; the next piece begins anew then */
  read(work: ShardWork): ShardResult {
    try {
      return this.#read(work);
    } catch (error) {
      this.#beginAnew();
      throw error;
    }
  }

  #read({ bytes, length, baseUs, memory }: ShardWork): ShardResult {
    const { texts, recogniser, scanner, lanes, names } = this.#tables;
    const spans = this.#spans;
    spans.clear();
    const trace = new CollectedTrace({ texts, recogniser, spans, lanes, names });
    // What was worked out for earlier pieces would hide which lanes and names this one uses.
    scanner.forgetKnown();
    const assembler = new EventAssembler(trace, scanner.fields);
    assembler.countFrom(baseUs);
    const { fields } = scanner;
    let consumed = 0;
    let isAtElement = true;
    let end: ShardResult["end"] = "stopped";
    try {
      while (bytes[consumed] === json.OPEN_BRACE) {
        const after = scanner.scan(bytes, consumed, length);
        if (after < 0) {
          end = "cut";
          break;
        }
        if (PAIRED.has(fields.type)) break;
        assembler.add(bytes, consumed, after);
        let pos = json.skipSpace(bytes, after);
        if (bytes[pos] !== json.COMMA) {
          consumed = after;
          isAtElement = false;
          if (pos >= length) end = "cut";
          break;
        }
        pos = json.skipSpace(bytes, pos + 1);
        consumed = pos;
        if (pos >= length) {
          end = "whole";
          break;
        }
      }
    } catch (error) {
      // Where the grammar breaks, the one who reads the whole says it, with the place in the file.
      if (!(error instanceof json.JsonFault)) throw error;
    }
    const used = { lanes: lanes.takeUsed(), names: names.takeUsed() };
    const news = this.#takeNews();
    if (texts.size > MOST_TEXTS) this.#beginAnew();
    const rows = packRows(trace, memory);
    return { bytes, consumed, isAtElement, end, lastNs: assembler.lastNs, rows, used, news };
  }

  #takeNews(): TableNews {
    const { texts, lanes, names } = this.#tables;
    const told = this.#told;
    this.#told = { texts: texts.size, lanes: lanes.size, names: names.size };
    return {
      isAnew: told === NOTHING_TOLD,
      texts: Array.from({ length: texts.size - told.texts }, (_, index) => texts.text(told.texts + index)),
      lanes: packPairs(lanes, told.lanes),
      names: packPairs(names, told.names),
    };
  }

  #beginAnew(): void {
    this.#tables = createTables(this.#rules);
    this.#told = NOTHING_TOLD;
  }
}

function createTables(rules: readonly Rule[]): Tables {
  const texts = new InternedTexts();
  const recogniser = createRecogniser({ rules, texts });
  const scanner = new EventScanner({ texts, argKeys: recogniser.argKeys, ownKeys: new Set(OWN_KEYS) });
  return { texts, recogniser, scanner, lanes: new UsedPairs(), names: new UsedPairs() };
}
