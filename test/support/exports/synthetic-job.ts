/**
 * A training job as it runs on devices, from a seed: ranks, stages, batches, passes, phases, and the operations that each
 * action launches from the host. The writers beside this file put the same job down in the formats of profilers; what the
 * job itself says is what an import has to find. Times are integer ns.
 */
import { createRandom } from "../../core/import/random.ts";

export interface Operation {
  readonly name: string;
  readonly stream: number;
  /** When the host's call was made, how long it took, and whether another thread made it (autograd's). */
  readonly launchNs: number;
  readonly launchDurationNs: number;
  readonly fromHelper: boolean;
  readonly startNs: number;
  readonly endNs: number;
}

export interface Action {
  readonly rank: number;
  readonly stage: number;
  readonly batch: number;
  readonly iteration: number;
  readonly pass: "forward" | "backward";
  readonly phase: "in" | "compute" | "out";
  /** As PyTorch's pipelining runtime writes it. */
  readonly name: string;
  /** The annotation on the host. */
  readonly hostStartNs: number;
  readonly hostEndNs: number;
  readonly operations: readonly Operation[];
}

export interface Iteration {
  readonly rank: number;
  readonly iteration: number;
  readonly hostStartNs: number;
  readonly hostEndNs: number;
}

export interface SyntheticJob {
  readonly ranks: number;
  readonly actions: readonly Action[];
  readonly iterations: readonly Iteration[];
  /** Work outside every annotation. */
  readonly strays: readonly (Operation & { readonly rank: number })[];
}

/** Letters of an action's name. */
const LETTERS = { forward: "F", backward: "B" } as const;
const COMPUTE_STREAM = 7;
const TRANSFER_STREAM = 20;

export function createJob(seed: number): SyntheticJob {
  const random = createRandom(seed);
  const ranks = 2 + random.below(2);
  const chunks = 1 + random.below(2);
  const batches = 2 + random.below(3);
  const stages = ranks * chunks;
  const actions: Action[] = [];
  const iterations: Iteration[] = [];
  const strays: (Operation & { rank: number })[] = [];
  for (let rank = 0; rank < ranks; rank++) {
    let host = 1_000 + random.below(500);
    const free = new Map<number, number>();
    const run = (action: Omit<Action, "hostStartNs" | "hostEndNs" | "operations">): void => {
      const hostStartNs = host;
      const stream = action.phase === "compute" ? COMPUTE_STREAM : TRANSFER_STREAM;
      const operations = Array.from({ length: 1 + random.below(4) }, (_, index): Operation => {
        const launchNs = (host += 1 + random.below(200));
        const launchDurationNs = 1 + random.below(90);
        host += launchDurationNs;
        const startNs = Math.max(launchNs + launchDurationNs + 500 + random.below(3_000), free.get(stream) ?? 0);
        const endNs = startNs + 1 + random.below(4_000);
        free.set(stream, endNs + random.below(50));
        const kernel = index === 0 ? "gemm" : "elementwise";
        const name = action.phase === "compute" ? kernel : "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage)";
        const fromHelper = action.pass === "backward" && action.phase === "compute" && random.below(3) > 0;
        return { name, stream, launchNs, launchDurationNs, fromHelper, startNs, endNs };
      });
      host += 1 + random.below(100);
      actions.push({ ...action, hostStartNs, hostEndNs: host, operations });
      host += 1 + random.below(300);
    };
    for (let iteration = 0; iteration < 2; iteration++) {
      const hostStartNs = host++;
      for (const pass of ["forward", "backward"] as const) {
        for (let batch = 0; batch < batches; batch++) {
          for (let chunk = 0; chunk < chunks; chunk++) {
            const stage = chunk * ranks + rank;
            const letter = LETTERS[pass];
            const common = { rank, stage, batch, iteration, pass };
            const isFirst = pass === "forward" ? stage === 0 : stage === stages - 1;
            const isLast = pass === "forward" ? stage === stages - 1 : stage === 0;
            if (!isFirst) run({ ...common, phase: "in", name: `PP:${stage}RECV_${letter}${batch}` });
            run({ ...common, phase: "compute", name: `PP:${stage}${letter}${batch}` });
            if (!isLast) run({ ...common, phase: "out", name: `PP:${stage}SEND_${letter}${batch}` });
          }
        }
      }
      iterations.push({ rank, iteration, hostStartNs, hostEndNs: ++host });
      const startNs = Math.max(host + 500, free.get(COMPUTE_STREAM) ?? 0);
      const launch = { launchNs: host, launchDurationNs: 20, fromHelper: false };
      strays.push({ rank, name: "stray", stream: COMPUTE_STREAM, ...launch, startNs, endNs: startNs + 100 });
      free.set(COMPUTE_STREAM, startNs + 150);
      host += 1_000 + random.below(1_000);
    }
  }
  return { ranks, actions, iterations, strays };
}

/** Device time of an action: from its first operation's start to its last one's end. */
export function deviceTimeOf({ operations }: Action): { readonly startNs: number; readonly endNs: number } {
  return {
    startNs: Math.min(...operations.map(({ startNs }) => startNs)),
    endNs: Math.max(...operations.map(({ endNs }) => endNs)),
  };
}
