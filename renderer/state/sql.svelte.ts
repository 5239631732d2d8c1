/**
 * The SQL console of an open run: the statement, its answer, and what was asked before. The history is the browser's, for
 * every run: statements that a person typed, never anything of a run.
 */
import { AppError } from "#common/errors.ts";
import { spanId } from "#common/ids.ts";
import { MOST_SQL_ROWS } from "#common/sql.ts";
import type { SqlAnswer } from "#common/sql.ts";
import { failureText } from "./notices.svelte.ts";
import type { OpenRun } from "./open-run.svelte.ts";
import { showSpan } from "./show-span.ts";
import { nextOrder, sortRows, spanColumns } from "./sql-table.ts";
import type { SqlOrder } from "./sql-table.ts";
import { recall, remember } from "./storage.ts";

const STORAGE_KEY = "sql.history";
const MOST_KEPT = 50;
const FIRST_STATEMENT = `select stage, count(*) as spans, sum(duration) / 1e6 as ms
from span
where phase = 'compute'
group by stage`;

export class SqlConsole {
  text = $state(FIRST_STATEMENT);
  answer = $state.raw<SqlAnswer>();
  failure = $state.raw<{ readonly text: string; readonly detail?: string }>();
  running = $state(false);
  order = $state.raw<SqlOrder>();
  /** The latest first. */
  history = $state.raw<readonly string[]>([]);
  readonly rows = $derived(sortRows(this.answer?.rows ?? [], this.order));
  /** Columns whose cells lead to a span. */
  spanColumns = $state.raw<ReadonlySet<number>>(new Set());
  readonly #run: OpenRun;
  #request: AbortController | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
    this.history = readHistory(recall(STORAGE_KEY));
    this.text = this.history.at(0) ?? FIRST_STATEMENT;
  }

  /** Runs the statement; one that still runs is given up. */
  async ask(): Promise<void> {
    const sql = this.text.trim();
    if (sql === "") return;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.running = true;
    this.failure = undefined;
    this.#keep(sql);
    try {
      const { client, detail } = this.#run;
      const answer = await client.querySql(
        { run: detail.id, sql, mostRows: MOST_SQL_ROWS },
        { signal: request.signal },
      );
      if (this.#request !== request) return;
      this.order = undefined;
      this.spanColumns = spanColumns(answer.columns, sql);
      this.answer = answer;
    } catch (error) {
      if (this.#request !== request || request.signal.aborted) return;
      this.answer = undefined;
      if (error instanceof AppError) this.failure = failureText(error.fields);
      else this.#run.tell(error);
    } finally {
      if (this.#request === request) this.running = false;
    }
  }

  cancel(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.running = false;
  }

  sortBy(column: number): void {
    this.order = nextOrder(this.order, column);
  }

  show(span: number): void {
    showSpan(this.#run, spanId(span));
  }

  #keep(sql: string): void {
    this.history = [sql, ...this.history.filter((other) => other !== sql)].slice(0, MOST_KEPT);
    remember(STORAGE_KEY, JSON.stringify(this.history));
  }
}

function readHistory(text: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
