/**
 * What an import said of communication kernels, kept while their run is recognised again: it came from the process groups of
 * the job (kineto/communication.ts), which a run file does not hold. As there, transfers that annotations tell count more,
 * and collectives alone make no pipeline.
 */
import { NONE } from "#common/ids.ts";
import { phaseCode } from "#common/model.ts";
import type { SpanColumns } from "#common/model.ts";
import type { RunReader } from "../../../../db/index.ts";
import type { CollectedTrace } from "../collected-trace.ts";
import { NOTHING_SAID } from "./contract.ts";

const KERNEL = /^(?:nccl|rccl)\w*?Kernel/;
const PHASE_SYNC = phaseCode("sync");
const PHASE_IN = phaseCode("in");
const PHASE_OUT = phaseCode("out");

interface Kept {
  readonly row: number;
  readonly pass: number;
  readonly phase: number;
}

export class KernelMemory {
  readonly #trace: CollectedTrace;
  readonly #isKernel: readonly boolean[];
  readonly #kept: Kept[] = [];

  constructor(reader: RunReader, trace: CollectedTrace) {
    this.#trace = trace;
    this.#isKernel = reader.names.map(({ text }) => KERNEL.test(text));
  }

  /** Remembers what the run says of a kernel. @returns whether it was one, which no rule needs to look at */
  keep(row: number, columns: SpanColumns, span: number): boolean {
    if (!this.#isKernel[columns.name[span]]) return false;
    const phase = columns.phase[span];
    if (columns.stage[span] !== NONE || phase === PHASE_SYNC) this.#kept.push({ row, pass: columns.pass[span], phase });
    return true;
  }

  /** Says it again, as far as the annotations leave room for it. */
  recall(): void {
    const { spans, recogniser } = this.#trace;
    let hasWork = false;
    let hasTransfers = false;
    for (let row = 0; row < spans.length; row++) {
      const rule = spans.recognised.rule(row);
      if (rule < 0 || recogniser.traits[rule].mark) continue;
      const phase = spans.recognised.phase(row);
      if (phase !== PHASE_SYNC) hasWork = true;
      if (phase === PHASE_IN || phase === PHASE_OUT) hasTransfers = true;
    }
    const transfers = hasTransfers ? [] : this.#kept.filter(({ phase }) => phase !== PHASE_SYNC);
    const collectives = this.#kept.filter(({ phase }) => phase === PHASE_SYNC);
    this.#say(transfers, "nccl-point-to-point");
    if (hasWork || transfers.length > 0) this.#say(collectives, "nccl-collective");
  }

  #say(kept: readonly Kept[], name: string): void {
    const rule = this.#trace.recogniser.ruleNames.indexOf(name);
    for (const { row, pass, phase } of kept) this.#trace.spans.recognise(row, { ...NOTHING_SAID, rule, pass, phase });
  }
}
