/**
 * Takes cells out of rows, checked: SQLite's STRICT tables keep types, but a damaged file may hold anything. Refuses
 * to guess: what is not of the expected type is a damaged file.
 */
import { DamagedRowError } from "../failures.ts";

export type Row = Readonly<Record<string, unknown>>;

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new DamagedRowError(`${column} is not text`);
  return value;
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new DamagedRowError(`${column} is not a number`);
  return value;
}

export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (!Number.isSafeInteger(value)) throw new DamagedRowError(`${column} is not an integer`);
  return value as number;
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new DamagedRowError(`${column} is not a blob`);
  return value;
}

/** A word of a closed set. */
export function wordOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = row[column];
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new DamagedRowError(`${column} holds no known word`);
  return word;
}
