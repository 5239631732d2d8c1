/** Arguments as plain values into the slots that a recogniser reads. */
import { SLOT_ABSENT, SLOT_NULL, SLOT_NUMBER, SLOT_OTHER, SLOT_TEXT } from "./contract.ts";
import type { ArgSlots } from "./contract.ts";

/** @param texts interns texts in the recogniser's table; @param args undefined for none */
export function fillSlots(
  { kind, value }: ArgSlots,
  args: Readonly<Record<string, unknown>> | undefined,
  { argKeys, texts }: { argKeys: readonly string[]; texts: { add(text: string): number } },
): void {
  kind.fill(SLOT_ABSENT);
  if (args === undefined) return;
  argKeys.forEach((key, slot) => {
    const given = Object.hasOwn(args, key) ? args[key] : undefined;
    if (given === undefined) return;
    if (typeof given === "number") {
      kind[slot] = SLOT_NUMBER;
      value[slot] = given;
    } else if (typeof given === "string") {
      kind[slot] = SLOT_TEXT;
      value[slot] = texts.add(given);
    } else kind[slot] = given === null ? SLOT_NULL : SLOT_OTHER;
  });
}
