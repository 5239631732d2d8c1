/** Sends batches through the pipeline: one at a time, or as many as the channels hold. Knows nothing of tensors or workers. */
import type { Sink } from "./sink.ts";
import type { Source } from "./source.ts";

/** Sends `count` batches, numbered from `from`, and gives how many came out: fewer when the run was stopped. */
export async function sendThrough({
  source,
  sink,
  from,
  count,
  inTurn,
  arrived,
}: {
  source: Source;
  sink: Sink;
  from: number;
  count: number;
  /** True: a batch is offered only when the one before has come out. */
  inTurn: boolean;
  arrived?: (output: Uint8Array, done: number) => void;
}): Promise<number> {
  let done = 0;
  const takeOne = async (): Promise<boolean> => {
    const output = await sink();
    if (output === undefined) return false;
    done += 1;
    arrived?.(output, done);
    return true;
  };
  const takeAll = async (): Promise<void> => {
    while (done < count && (await takeOne()));
  };
  const taking = inTurn ? undefined : takeAll();
  for (let batch = from; batch < from + count; batch++) {
    if (!(await source.offer(batch))) break;
    if (inTurn && !(await takeOne())) break;
  }
  await taking;
  return done;
}
