/** Reads what people type after options. A wrong value is a wrong call: commander names the option and exits with 2. */
import { InvalidArgumentError } from "commander";

/** A whole number of 0 or more: iterations, replicas. */
export function parseOrdinal(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It must be a whole number of 0 or more.");
  }
  return value;
}
