/**
 * The rule workbench of one run: a person's rules, what they make of a sample of the spans while they are written, and the
 * new run that they give. Rules live as the text of a rules file, the same that `pipewave import --rules` reads.
 */
import type { Client } from "#common/api.ts";
import type { JobId } from "#common/ids.ts";
import type { RulePreview } from "#common/rules.ts";
import type { Notices } from "./notices.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import type { RuleJson } from "./rule-draft.ts";
import { freeName, suggestRule } from "./rule-suggestion.ts";

/** A person types this fast: the preview waits for a pause. */
const PAUSE_MS = 200;

/** One rule in view: of a person's own by its place, or a built-in one by its name. */
export type ChosenRule = { readonly own: number } | { readonly builtIn: string };

export class RuleWorkbench {
  own = $state.raw<readonly RuleJson[]>([]);
  chosen = $state.raw<ChosenRule | undefined>(undefined);
  preview = $state.raw<RulePreview | undefined>(undefined);
  /** Whether the preview is of older rules than those on screen. */
  pending = $state(false);
  readonly #run: OpenRun;
  readonly #client: Client;
  readonly #notices: Notices;
  readonly #pauseMs: number;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ run, notices, pauseMs = PAUSE_MS }: { run: OpenRun; notices: Notices; pauseMs?: number }) {
    this.#run = run;
    this.#client = run.client;
    this.#notices = notices;
    this.#pauseMs = pauseMs;
    this.own = readRules(run.detail.importReport?.rules) ?? [];
    if (this.own.length > 0) this.chosen = { own: 0 };
    void this.#look();
  }

  /** The rules as the text of a rules file; undefined without any. */
  get text(): string | undefined {
    return this.own.length === 0 ? undefined : `${JSON.stringify({ rules: this.own }, null, 2)}\n`;
  }

  /** Adds a rule, for a name that nothing recognised where one is given, and shows it. */
  add(name?: string): void {
    const taken = this.#names();
    const rule = name === undefined ? { name: freeName(taken), pattern: "", fields: {} } : suggestRule(name, taken);
    this.#replace([...this.own, rule]);
    this.chosen = { own: this.own.length - 1 };
  }

  /** Adds a copy of a built-in rule, to be changed. */
  copy(rule: RuleJson): void {
    const base = typeof rule["name"] === "string" ? `my-${rule["name"]}` : "my-rule";
    this.#replace([...this.own, { ...rule, name: freeName(this.#names(), base) }]);
    this.chosen = { own: this.own.length - 1 };
  }

  change(place: number, rule: RuleJson): void {
    this.#replace(this.own.map((other, at) => (at === place ? rule : other)));
  }

  remove(place: number): void {
    this.#replace(this.own.filter((_, at) => at !== place));
    this.chosen = this.own.length === 0 ? undefined : { own: Math.min(place, this.own.length - 1) };
  }

  /** The first rule that fits wins: a rule may go before the one above it. */
  raise(place: number): void {
    if (place === 0) return;
    const own = [...this.own];
    [own[place - 1], own[place]] = [own[place], own[place - 1]];
    this.#replace(own);
    this.chosen = { own: place - 1 };
  }

  /** Takes the rules of a file in place of those on screen. */
  async load(file: File): Promise<void> {
    const rules = readRules(await file.text());
    if (rules === undefined) {
      this.#notices.say({ text: `“${file.name}” is no rules file: it must be JSON with a list called rules.` });
      return;
    }
    this.#replace(rules);
    this.chosen = rules.length === 0 ? undefined : { own: 0 };
  }

  /** Starts the new run; undefined where that failed. */
  async apply(): Promise<JobId | undefined> {
    const { text } = this;
    const { id: run, run: described } = this.#run.detail;
    const suffix = ", own rules";
    const name = described.name.endsWith(suffix) ? described.name : `${described.name}${suffix}`;
    try {
      return await this.#client.recogniseAgain({ run, name, ...(text === undefined ? {} : { rules: text }) });
    } catch (error) {
      this.#notices.tell(error);
      return undefined;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  #names(): readonly string[] {
    return this.own.flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  }

  #replace(own: readonly RuleJson[]): void {
    this.own = own;
    this.pending = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.#pauseMs);
  }

  /** The last request wins; the old preview stays until the new one is there. */
  async #look(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.pending = true;
    const { text } = this;
    try {
      const args = { run: this.#run.detail.id, ...(text === undefined ? {} : { rules: text }) };
      this.preview = await this.#client.previewRules(args, { signal: request.signal });
    } catch (error) {
      if (!request.signal.aborted) this.#notices.tell(error);
    } finally {
      if (this.#request === request) this.pending = false;
    }
  }
}

/** Rules of the text of a rules file; undefined where it is none. What is wrong inside a rule, the preview says. */
function readRules(text: string | undefined): readonly RuleJson[] | undefined {
  try {
    const { rules } = JSON.parse(text ?? '{"rules":[]}') as { rules?: unknown };
    const isList = Array.isArray(rules) && rules.every((rule) => typeof rule === "object" && rule !== null);
    return isList ? (rules as RuleJson[]) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
