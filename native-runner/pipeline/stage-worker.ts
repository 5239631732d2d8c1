/**
 * One worker of the pipeline, in a thread of its own: `in` (take the batch from the channel, upload), `compute` block by
 * block, `out` (read back, hand on), over and over until the channel before it ends.
 *
 * Two loops for two kinds of device. On a synchronous backend the thread does one thing at a time. On an asynchronous one
 * (a GPU) the three phases are three loops that overlap: while the device computes batch b, batch b + 1 is uploaded and
 * batch b − 1 read back. Between two blocks of one worker nothing is transferred, so nothing but `compute` is recorded there.
 * Waiting is recorded only where there was something to wait for: `starved` for input, `blocked` for a free slot downstream.
 */
import type { RecordKind } from "#common/runner-api.ts";
import type { Backend, Tensor } from "../backend/backend.ts";
import type { LiveTensor, Program } from "../network/program.ts";
import type { ChannelEnd, Sender } from "./channel.ts";
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

const bytesOf = (tensors: readonly LiveTensor[]): number =>
  tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Runs until the input ends; closes the output. */
export async function runWorker(loop: WorkerLoop): Promise<void> {
  await (loop.backend.asynchronous ? runOverlapped(loop) : runInTurn(loop));
  loop.recorder.flush();
  loop.output.close();
}

/** Records the time since `start` as a span and gives the time it ended. */
function recordSince(
  { recorder, now }: WorkerLoop,
  span: { kind: RecordKind; stage: number; batch: number; start: number; bytes?: number },
): number {
  const end = now();
  recorder.record({ bytes: 0, ...span, end });
  return end;
}

async function runInTurn(loop: WorkerLoop): Promise<void> {
  const { backend, first, last, arriving, leaving, input, output, now } = loop;
  for (let start = now(); ; start = now()) {
    const waited = !input.ready();
    const inSlot = input.next();
    if (inSlot === undefined) return;
    const batch = readBatchNumber(inSlot);
    if (waited) start = recordSince(loop, { kind: "starved", stage: first, batch, start });
    const program = loop.createBatchProgram();
    upload({ backend, program, arriving, slot: inSlot });
    input.done();
    start = recordSince(loop, { kind: "in", stage: first, batch, start, bytes: bytesOf(arriving) });

    for (let stage = first; stage <= last; stage++) {
      program.run(stage);
      start = recordSince(loop, { kind: "compute", stage, batch, start });
    }

    const full = !output.ready();
    const outSlot = output.next();
    if (outSlot === undefined) return;
    if (full) start = recordSince(loop, { kind: "blocked", stage: last, batch, start });
    const values: Float32Array[] = [];
    for (const { block } of leaving) values.push(await backend.read(program.get(block)));
    writeBatchNumber(outSlot, batch);
    writeTensors({ slot: outSlot, values });
    output.done();
    program.clear();
    recordSince(loop, { kind: "out", stage: last, batch, start, bytes: bytesOf(leaving) });
  }
}

function upload({
  backend,
  program,
  arriving,
  slot,
}: {
  backend: Backend;
  program: Program;
  arriving: readonly LiveTensor[];
  slot: Uint8Array;
}): void {
  for (const [position, values] of readTensors({ slot, tensors: arriving }).entries()) {
    const { block, shape } = arriving[position] as LiveTensor;
    program.put(block, backend.upload(values, shape));
  }
}

interface BatchInFlight {
  readonly batch: number;
  readonly program: Program;
}

async function runOverlapped(loop: WorkerLoop): Promise<void> {
  const uploaded = createHandOver<BatchInFlight>();
  const computed = createHandOver<BatchInFlight>();
  await Promise.all([
    bringIn(loop, uploaded),
    computeBatches(loop, { from: uploaded, to: computed }),
    bringOut(loop, computed),
  ]);
}

async function bringIn(loop: WorkerLoop, uploaded: HandOver<BatchInFlight>): Promise<void> {
  const { backend, arriving, input, first, now } = loop;
  for (;;) {
    let start = now();
    const waited = !input.ready();
    const slot = await input.nextAsync();
    if (slot === undefined) break;
    const batch = readBatchNumber(slot);
    if (waited) start = recordSince(loop, { kind: "starved", stage: first, batch, start });
    const program = loop.createBatchProgram();
    upload({ backend, program, arriving, slot });
    input.done();
    recordSince(loop, { kind: "in", stage: first, batch, start, bytes: bytesOf(arriving) });
    if (!(await uploaded.put({ batch, program }))) break;
  }
  uploaded.end();
}

async function computeBatches(
  loop: WorkerLoop,
  { from, to }: { from: HandOver<BatchInFlight>; to: HandOver<BatchInFlight> },
): Promise<void> {
  const { backend, first, last, now } = loop;
  for (let item = await from.take(); item !== undefined; item = await from.take()) {
    const { batch, program } = item;
    let start = now();
    for (let stage = first; stage <= last; stage++) {
      program.run(stage);
      await backend.fence();
      start = recordSince(loop, { kind: "compute", stage, batch, start });
    }
    if (!(await to.put(item))) break;
  }
  from.end();
  to.end();
}

async function bringOut(loop: WorkerLoop, computed: HandOver<BatchInFlight>): Promise<void> {
  const { backend, leaving, output, last, now } = loop;
  for (let item = await computed.take(); item !== undefined; item = await computed.take()) {
    const { batch, program } = item;
    let start = now();
    const full = !output.ready();
    const slot = await output.nextAsync();
    if (slot === undefined) break;
    if (full) start = recordSince(loop, { kind: "blocked", stage: last, batch, start });
    const values = await Promise.all(
      leaving.map(({ block }): Promise<Float32Array> => backend.read(tensorOf(program, block))),
    );
    writeBatchNumber(slot, batch);
    writeTensors({ slot, values });
    output.done();
    program.clear();
    recordSince(loop, { kind: "out", stage: last, batch, start, bytes: bytesOf(leaving) });
  }
  computed.end();
}

const tensorOf = (program: Program, block: number): Tensor => program.get(block);

/** A place for one item between two loops of one thread: `put` resolves when the item was taken; false after `end`. */
interface HandOver<Item> {
  put(item: Item): Promise<boolean>;
  take(): Promise<Item | undefined>;
  end(): void;
}

function createHandOver<Item>(): HandOver<Item> {
  let waiting: { item: Item; taken: (accepted: boolean) => void } | undefined;
  let wanting: ((item: Item | undefined) => void) | undefined;
  let ended = false;
  return {
    put(item) {
      if (ended) return Promise.resolve(false);
      if (wanting !== undefined) {
        wanting(item);
        wanting = undefined;
        return Promise.resolve(true);
      }
      return new Promise((taken) => {
        waiting = { item, taken };
      });
    },
    take() {
      if (waiting !== undefined) {
        const { item, taken } = waiting;
        waiting = undefined;
        taken(true);
        return Promise.resolve(item);
      }
      if (ended) return Promise.resolve(undefined);
      return new Promise((wanted) => {
        wanting = wanted;
      });
    },
    end() {
      ended = true;
      wanting?.(undefined);
      wanting = undefined;
      waiting?.taken(false);
      waiting = undefined;
    },
  };
}
