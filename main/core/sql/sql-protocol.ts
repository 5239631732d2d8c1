/** What passes between the backend and the process that runs a person's SQL: one statement in, one answer out. Shapes only. */
import type { AppErrorFields } from "#common/errors.ts";
import type { SqlAnswer } from "#common/sql.ts";

export interface SqlQuestion {
  readonly path: string;
  readonly sql: string;
  readonly mostRows: number;
}

export type SqlReply =
  | { readonly type: "answer"; readonly answer: SqlAnswer }
  | { readonly type: "failed"; readonly failure: AppErrorFields }
  | { readonly type: "bug"; readonly message: string };
