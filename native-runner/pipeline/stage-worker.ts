/**
 * One worker of the pipeline, in a thread of its own: `in` (take the batch from the channel, upload), `compute` block by
 * block, `out` (read back, hand on), over and over until the channel before it ends.
 *
 * Two loops for two kinds of device. On a synchronous backend the thread does one thing at a time. On an asynchronous one
 * (a GPU) the three phases are three loops that overlap: while the device computes batch b, batch b + 1 is uploaded and
 * batch b − 1 read back. Between two blocks of one worker nothing is transferred, so nothing but `compute` is recorded there.
 * Waiting is recorded only where there was something to wait for: `starved` for input, `blocked` for a free slot downstream.
 *
 * A span ends before the slot that it filled or read is handed over: an `out` never overlaps the `in` that it feeds.
 */
import type { RecordKind } from "#common/runner-api.ts";
import type { Backend, Tensor } from "../backend/backend.ts";
import type { LiveTensor, Program } from "../network/program.ts";
import type { ChannelEnd, Sender } from "./channel.ts";
import { createHandOver, type HandOver } from "./hand-over.ts";
import { readBatchNumber, readTensors, writeBatchNumber, writeTensors } from "./message.ts";
import type { Recorder } from "./recorder.ts";

export interface WorkerLoop {
  readonly backend: Backend;
  readonly createBatchProgram: () => Program;
  readonly first: number;
  readonly last: number;
  /** What comes in and what goes out, in the order of the message. */
  readonly arriving: readonly LiveTensor[];
  readonly leaving: readonly LiveTensor[];
  readonly input: ChannelEnd;
  readonly output: Sender;
  readonly recorder: Recorder;
  readonly now: () => number;
}

interface BatchInFlight {
  readonly batch: number;
  readonly program: Program;
}

/** Runs until the input ends or the output is stopped; closes the output. */
export async function runWorker(loop: WorkerLoop): Promise<void> {
  try {
    await (loop.backend.asynchronous ? runOverlapped(loop) : runInTurn(loop));
  } finally {
    loop.recorder.flush();
  }
  loop.output.close();
}

async function runInTurn(loop: WorkerLoop): Promise<void> {
  for (;;) {
    const start = loop.now();
    const waited = mustWait(loop, { end: loop.input, start });
    const slot = loop.input.next();
    if (slot === undefined) return;
    const item = bringIn(loop, { slot, start, waited });
    await compute(loop, item);
    const outStart = loop.now();
    const full = mustWait(loop, { end: loop.output, start: outStart });
    const outSlot = loop.output.next();
    if (outSlot === undefined) return;
    await bringOut(loop, item, { slot: outSlot, start: outStart, waited: full });
  }
}

async function runOverlapped(loop: WorkerLoop): Promise<void> {
  const uploaded = createHandOver<BatchInFlight>();
  const computed = createHandOver<BatchInFlight>();
  await Promise.all([
    bringAllIn(loop, uploaded),
    computeAll(loop, { from: uploaded, to: computed }),
    bringAllOut(loop, computed),
  ]);
}

async function bringAllIn(loop: WorkerLoop, uploaded: HandOver<BatchInFlight>): Promise<void> {
  for (;;) {
    const start = loop.now();
    const waited = mustWait(loop, { end: loop.input, start });
    const slot = await loop.input.nextAsync();
    if (slot === undefined) break;
    if (!(await uploaded.put(bringIn(loop, { slot, start, waited })))) break;
  }
  uploaded.end();
}

async function computeAll(
  loop: WorkerLoop,
  { from, to }: { from: HandOver<BatchInFlight>; to: HandOver<BatchInFlight> },
): Promise<void> {
  for (let item = await from.take(); item !== undefined; item = await from.take()) {
    await compute(loop, item);
    if (!(await to.put(item))) break;
  }
  from.end();
  to.end();
}

async function bringAllOut(loop: WorkerLoop, computed: HandOver<BatchInFlight>): Promise<void> {
  for (let item = await computed.take(); item !== undefined; item = await computed.take()) {
    const start = loop.now();
    const waited = mustWait(loop, { end: loop.output, start });
    const slot = await loop.output.nextAsync();
    if (slot === undefined) break;
    await bringOut(loop, item, { slot, start, waited });
  }
  computed.end();
}

/** A slot that was got: since when the worker wanted it, and whether it had to wait. */
interface GotSlot {
  readonly slot: Uint8Array;
  readonly start: number;
  readonly waited: boolean;
}

/** Whether the next slot is still to come; then there is time to send what was recorded. */
function mustWait({ recorder }: WorkerLoop, { end, start }: { end: ChannelEnd; start: number }): boolean {
  if (end.ready()) return false;
  recorder.rest(start);
  return true;
}

/** Records the waiting for a slot, if there was any, and gives the moment since when the slot is there. */
function recordWait(
  { recorder, now }: WorkerLoop,
  { start, waited }: GotSlot,
  span: { kind: "starved" | "blocked"; stage: number; batch: number },
): number {
  if (!waited) return start;
  const end = now();
  recorder.record({ ...span, start, end, bytes: 0 });
  return end;
}

function bringIn(loop: WorkerLoop, got: GotSlot): BatchInFlight {
  const { backend, arriving, first, input, now } = loop;
  const batch = readBatchNumber(got.slot);
  const start = recordWait(loop, got, { kind: "starved", stage: first, batch });
  const program = loop.createBatchProgram();
  for (const [position, values] of readTensors({ slot: got.slot, tensors: arriving }).entries()) {
    const { block, shape } = arriving[position];
    program.put(block, backend.upload(values, shape));
  }
  const end = now();
  input.done();
  recordMove(loop, { kind: "in", stage: first, batch, start, end, tensors: arriving });
  return { batch, program };
}

async function compute({ backend, first, last, recorder, now }: WorkerLoop, item: BatchInFlight): Promise<void> {
  const { batch, program } = item;
  let start = now();
  for (let stage = first; stage <= last; stage++) {
    await backend.fence(program.run(stage));
    const end = now();
    recorder.record({ kind: "compute", stage, batch, start, end, bytes: 0 });
    start = end;
  }
}

async function bringOut(loop: WorkerLoop, { batch, program }: BatchInFlight, got: GotSlot): Promise<void> {
  const { backend, leaving, last, output, now } = loop;
  const start = recordWait(loop, got, { kind: "blocked", stage: last, batch });
  const values = await Promise.all(
    leaving.map(({ block }): Promise<Float32Array> => backend.read(tensorOf(program, block))),
  );
  writeBatchNumber(got.slot, batch);
  writeTensors({ slot: got.slot, values });
  const end = now();
  output.done();
  recordMove(loop, { kind: "out", stage: last, batch, start, end, tensors: leaving });
  program.clear();
}

const tensorOf = (program: Program, block: number): Tensor => program.get(block);

function recordMove(
  { recorder }: WorkerLoop,
  {
    tensors,
    ...span
  }: {
    kind: Extract<RecordKind, "in" | "out">;
    stage: number;
    batch: number;
    start: number;
    end: number;
    tensors: readonly LiveTensor[];
  },
): void {
  recorder.record({ ...span, bytes: tensors.reduce((sum, { byteLength }) => sum + byteLength, 0) });
}
