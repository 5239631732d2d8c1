/** Protobuf written by hand, apart from the library that the importer reads with: tags, varints, lengths. */

type Field = Uint8Array;

const utf8 = new TextEncoder();

function varint(value: bigint | number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

const tag = (number: number, wireType: number): number[] => varint(number * 8 + wireType);

export const number = (field: number, value: bigint | number): Field =>
  Uint8Array.from([...tag(field, 0), ...varint(value)]);

export function fixed64(field: number, value: bigint): Field {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return concat([Uint8Array.from(tag(field, 1)), bytes]);
}

export function double(field: number, value: number): Field {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concat([Uint8Array.from(tag(field, 1)), bytes]);
}

export const bytes = (field: number, content: Uint8Array): Field =>
  concat([Uint8Array.from([...tag(field, 2), ...varint(content.length)]), content]);

export const text = (field: number, content: string): Field => bytes(field, utf8.encode(content));

export const message = (field: number, fields: readonly Field[]): Field => bytes(field, concat(fields));

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A packet of a Perfetto trace. */
export const packet = (...fields: readonly Field[]): Uint8Array => message(1, fields);
