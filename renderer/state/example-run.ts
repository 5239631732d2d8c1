/** A run to learn on, where there is no trace yet: the 28 blocks of the figure as a pipeline of four ranks, simulated here. */
import type { Client } from "#common/api.ts";
import type { RunId } from "#common/ids.ts";

/** Puts the example into the library; some tens of milliseconds. @throws AppError disk-full, write-failed */
export const makeExampleRun = (client: Client): Promise<RunId> =>
  client.saveSimulation({
    schedule: "dataflow",
    ranks: 4,
    batches: 12,
    costs: { kind: "network", network: "resnet28" },
    name: "Example: ResNet as a pipeline",
  });
