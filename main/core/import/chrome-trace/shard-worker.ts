/** Entry of a thread that reads pieces of a trace, one after the other, until it is ended. Says first that it is there. */
import { parentPort, workerData } from "node:worker_threads";

import { listTransferables } from "../folder/trace-part.ts";
import type { Rule } from "../recognise/rule.ts";
import { ShardReader } from "./shard.ts";
import type { ShardResult, ShardWork } from "./shard.ts";

export interface ShardSetup {
  readonly rules: readonly Rule[];
}

export type ShardReply =
  | { readonly type: "ready" }
  | { readonly type: "read"; readonly result: ShardResult }
  /** The bytes come back, for another try where a fault can be said. */
  | { readonly type: "failed"; readonly bytes: Uint8Array<ArrayBuffer> };

const port = parentPort;
if (port === null) throw new Error("shard-worker.ts runs as a worker thread only");
const reader = new ShardReader((workerData as ShardSetup).rules);

port.on("message", (work: ShardWork) => {
  let reply: ShardReply;
  const buffers: ArrayBuffer[] = [work.bytes.buffer];
  try {
    const result = reader.read(work);
    buffers.push(...listTransferables(result.rows));
    reply = { type: "read", result };
  } catch {
    // Whatever it is: the one thread that reads on from here meets it again, and says it.
    reply = { type: "failed", bytes: work.bytes };
  }
  port.postMessage(reply, buffers);
});
port.postMessage({ type: "ready" } satisfies ShardReply);
