/**
 * From what single spans say to one pipeline: ranks and replicas of lanes, stages, and a numberer that fills in the rest.
 * Runs once, when every event of the trace has been recognised; reads the columns, changes none.
 */
import { PASSES, PASS_BACKWARD, PASS_FORWARD, passCode } from "#common/model.ts";

import { listComputations } from "./batch-lookup.ts";
import { PASS_RECOMPUTE, PASS_UNDECIDED, UNSAID } from "./contract.ts";
import type { ResolvedPipeline, ResolveInput } from "./contract.ts";
import { gatherFacts, MOST_STAGES } from "./lane-facts.ts";
import type { TraceFacts } from "./lane-facts.ts";
import { rankLanes } from "./lane-ranks.ts";
import type { LaneRanks } from "./lane-ranks.ts";
import { createNumberer } from "./numberer.ts";
import { buildStages, stageNumber } from "./stage-table.ts";

/** Turns recognised spans into a pipeline. With none recognised the result is empty, and its numberer fills in nothing. */
export function resolvePipeline(input: ResolveInput): ResolvedPipeline {
  const { lanes, recogniser, recognised, lane } = input;
  const { traits } = recogniser;
  const facts = gatherFacts(input);
  const ranks = rankLanes(lanes, facts.lanes);
  const table = buildStages(facts.lanes, ranks);
  const groupOf = groupLanes(ranks);
  const passOf = decidePasses(facts);

  const lookup = facts.transfersToMatch
    ? listComputations(input, {
        isWork: (rule) => !traits[rule].mark && !facts.yielded[rule],
        groupOf,
        passOf,
        stageCount: table.stages.length,
        stageOf: (row) => {
          const number = stageNumber({
            stage: recognised.sayings.stage[recognised.saying[row]],
            chunk: recognised.sayings.chunk[recognised.saying[row]],
            rank: ranks.rank[lane[row]],
            rankCount: table.rankCount,
          });
          return number >= 0 && number < table.idOfNumber.length ? table.idOfNumber[number] : UNSAID;
        },
      })
    : undefined;

  return {
    stages: table.stages,
    edges: table.edges,
    lanes: lanes.map((_, index) => ({
      ...(ranks.replica[index] === UNSAID ? {} : { replica: ranks.replica[index] }),
      ...(ranks.rank[index] === UNSAID ? {} : { rank: ranks.rank[index] }),
    })),
    notes: [...ranks.notes, ...describeStrays(facts)],
    createNumberer: () =>
      createNumberer(input, {
        traits,
        yielded: facts.yielded,
        endsIterations: facts.endsIterations,
        passOf,
        table,
        rankOf: ranks.rank,
        groupOf,
        processOf: ranks.process,
        lookup,
      }),
  };
}

/** Passes by code, the late ones decided. */
function decidePasses({ undecidedIsInputGrad }: TraceFacts): Uint8Array {
  const passOf = Uint8Array.from({ length: PASSES.length + 2 }, (_, code) => code);
  passOf[PASS_UNDECIDED] = undecidedIsInputGrad ? passCode("input-grad") : PASS_BACKWARD;
  passOf[PASS_RECOMPUTE] = PASS_FORWARD;
  return passOf;
}

/** Dense index of each lane's (replica, rank). */
function groupLanes({ rank, replica }: LaneRanks): Int32Array {
  const indexes = new Map<string, number>();
  return rank.map((value, lane) => {
    const key = `${replica[lane]}/${value}`;
    const index = indexes.get(key) ?? indexes.size;
    indexes.set(key, index);
    return index;
  });
}

function describeStrays({ strayStages }: TraceFacts): readonly string[] {
  if (strayStages === 0) return [];
  return [`left ${strayStages} spans without a stage: their stage number is ${MOST_STAGES} or more`];
}
