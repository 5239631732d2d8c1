/** Changes of a person's own to a measured run, as they are typed: what is left empty stays as it was. */
import type { RunDetail } from "#common/api.ts";
import { isScheduleName } from "#common/schedule/catalogue.ts";
import type { Changes } from "#common/schedule/changes.ts";
import { parsePartition } from "#common/schedule/partition.ts";

export class OwnChanges {
  /** Stage, or empty for none. */
  stage = $state("");
  /** Share of the stage's time that is saved, in percent. */
  percent = $state("20");
  schedule = $state("");
  batches = $state("");
  bufferDepth = $state("");
  partition = $state("");
  noStragglers = $state(false);
  infiniteNetwork = $state(false);
  readonly #stages: () => number;

  constructor(detail: () => Pick<RunDetail, "stages">) {
    this.#stages = () => detail().stages.length;
  }

  readonly problems: Readonly<Partial<Record<"percent" | "batches" | "bufferDepth" | "partition", string>>> =
    $derived.by(() => {
      const percent = Number(this.percent);
      return {
        ...(this.stage === "" || (this.percent.trim() !== "" && percent > 0 && percent <= 100)
          ? {}
          : { percent: "A share above 0 up to 100" }),
        ...(isCountOrEmpty(this.batches) ? {} : { batches: "A whole number from 1" }),
        ...(isCountOrEmpty(this.bufferDepth) ? {} : { bufferDepth: "A whole number from 1" }),
        ...(this.#partition !== null ? {} : { partition: `Ranges that cover 0-${this.#stages() - 1} in order` }),
      };
    });

  /** Undefined while something is wrong or nothing is changed. */
  readonly changes: Changes | undefined = $derived.by(() => {
    if (Object.keys(this.problems).length > 0) return undefined;
    const partition = this.#partition;
    const changes: Changes = {
      ...(this.stage === "" ? {} : { faster: [{ stage: Number(this.stage), share: Number(this.percent) / 100 }] }),
      ...(this.noStragglers ? { noStragglers: "mean" } : {}),
      ...(isScheduleName(this.schedule) ? { schedule: this.schedule } : {}),
      ...(partition === undefined || partition === null ? {} : { partition }),
      ...(this.batches.trim() === "" ? {} : { batches: Number(this.batches) }),
      ...(this.bufferDepth.trim() === "" ? {} : { bufferDepth: Number(this.bufferDepth) }),
      ...(this.infiniteNetwork ? { infiniteNetwork: true } : {}),
    };
    return Object.keys(changes).length === 0 ? undefined : changes;
  });

  /** Undefined for none, null for what is no partition. */
  get #partition(): Changes["partition"] | null {
    const text = this.partition.trim();
    if (text === "") return undefined;
    if (text === "balanced") return text;
    return parsePartition({ text, stages: this.#stages() }) ?? null;
  }
}

function isCountOrEmpty(text: string): boolean {
  return text.trim() === "" || (/^\s*\d+\s*$/.test(text) && Number(text) >= 1 && Number.isSafeInteger(Number(text)));
}
