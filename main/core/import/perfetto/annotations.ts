/** Debug annotations of an event as the arguments that are stored: names and texts resolved, 64-bit numbers exact. */
import type { SpanArguments } from "../collect-span.ts";
import { field, idOf, numberOf } from "./messages.ts";
import type { DebugAnnotation, Integer, NestedValue } from "./messages.ts";
import type { Sequence } from "./sequence.ts";

export function readAnnotations(
  annotations: readonly DebugAnnotation[] | undefined,
  sequence: Sequence,
): SpanArguments | undefined {
  if (annotations === undefined || annotations.length === 0) return undefined;
  return readEntries(annotations, sequence);
}

function readEntries(annotations: readonly DebugAnnotation[], sequence: Sequence): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const annotation of annotations) {
    const name = field(annotation, "name") ?? sequence.annotationNames.text(field(annotation, "nameIid")) ?? "";
    // Not by assignment: a stranger's key may be called __proto__.
    Object.defineProperty(args, name, {
      value: readValue(annotation, sequence),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return args;
}

function readValue(annotation: DebugAnnotation, sequence: Sequence): unknown {
  const text = field(annotation, "stringValue") ?? sequence.annotationTexts.text(field(annotation, "stringValueIid"));
  if (text !== undefined) return text.toWellFormed();
  const integer = field(annotation, "intValue") ?? field(annotation, "uintValue");
  if (integer !== undefined) return exact(integer);
  const entries = field(annotation, "entries");
  if (entries !== undefined) return readEntries(entries, sequence);
  const elements = field(annotation, "elements");
  if (elements !== undefined) return elements.map((element) => readValue(element, sequence));
  const pointer = field(annotation, "pointerValue");
  if (pointer !== undefined) return `0x${BigInt(idOf(pointer)).toString(16)}`;
  const nested = field(annotation, "nestedValue");
  if (nested !== undefined) return readNested(nested);
  const number = field(annotation, "doubleValue");
  return number ?? field(annotation, "boolValue") ?? field(annotation, "legacyJsonValue")?.toWellFormed() ?? null;
}

function readNested(value: NestedValue): unknown {
  const keys = field(value, "keys");
  if (keys !== undefined) {
    const values = field(value, "values") ?? [];
    return Object.fromEntries(keys.slice(0, values.length).map((key, index) => [key, readNested(values[index])]));
  }
  const elements = field(value, "elements");
  if (elements !== undefined) return elements.map(readNested);
  const integer = field(value, "intValue");
  if (integer !== undefined) return exact(integer);
  return (
    field(value, "stringValue")?.toWellFormed() ?? field(value, "doubleValue") ?? field(value, "boolValue") ?? null
  );
}

/** As a number where a double holds it, else as a text. */
function exact(value: Integer): number | string {
  const number = numberOf(value);
  return Number.isSafeInteger(number) ? number : idOf(value);
}
