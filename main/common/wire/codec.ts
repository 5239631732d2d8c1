/**
 * One message as bytes: plain data as JSON, typed arrays as they lie in memory.
 *
 *     u32 magic | u32 length of the header | header: JSON in UTF-8 | padding | column | padding | column …
 *
 * Every column starts at a multiple of 8 bytes from the start of the message, so that the receiver's arrays are views on the
 * received buffer and nothing is copied. In the header `{"$": [kind, …]}` stands for what JSON cannot say: a column
 * (`["f64", byteOffset, length]`), a bigint, an `undefined` outside an object, NaN and the like, an object that has a key `$`.
 * Little-endian, like every machine that Pipewave runs on. Class instances, functions and cycles are refused when encoding;
 * when decoding, whatever the header says is checked against the bytes that are there.
 */

/** The bytes are not a message of this codec: a bug or an attack of the other side. */
export class MalformedMessageError extends Error {
  override readonly name = "MalformedMessageError";
}

const COLUMN_KINDS = {
  i8: Int8Array,
  u8: Uint8Array,
  u8c: Uint8ClampedArray,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f16: Float16Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

type ColumnKind = keyof typeof COLUMN_KINDS;
type Column = InstanceType<(typeof COLUMN_KINDS)[ColumnKind]>;

/** "PWv1", read as little-endian. */
const MAGIC = 0x3176_5750;
const PREFIX_BYTES = 8;
const ALIGNMENT = 8;
/** Deeper data than any report; keeps a hostile message from exhausting the stack. */
const MAX_DEPTH = 64;
/** Key of the objects that stand for what JSON cannot say. */
const MARK = "$";

const kindByTag = new Map(
  (Object.keys(COLUMN_KINDS) as ColumnKind[]).map((kind) => [COLUMN_KINDS[kind].name, kind] as const),
);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @returns the message, alone in its buffer (so that it can be transferred)
 * @throws TypeError for data that a message cannot carry: a bug of the caller
 */
export function encodeMessage(value: unknown): Uint8Array<ArrayBuffer> {
  const columns: { column: Column; offset: number }[] = [];
  let columnBytes = 0;
  // Offsets in the header count from the first column: the header's own length is not known yet.
  const header = encoder.encode(
    JSON.stringify(
      toJson(value, 0, (kind, column) => {
        const offset = columnBytes;
        columns.push({ column, offset });
        columnBytes = align(offset + column.byteLength);
        return { [MARK]: [kind, offset, column.length] };
      }),
    ),
  );
  const start = align(PREFIX_BYTES + header.byteLength);
  const message = new Uint8Array(start + columnBytes);
  const prefix = new DataView(message.buffer);
  prefix.setUint32(0, MAGIC, true);
  prefix.setUint32(4, header.byteLength, true);
  message.set(header, PREFIX_BYTES);
  for (const { column, offset } of columns) {
    message.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), start + offset);
  }
  return message;
}

/**
 * Typed arrays of the result are views on the message's buffer; only bytes that do not start at a multiple of 8 in their
 * buffer are copied, once and as a whole.
 * @throws MalformedMessageError
 */
export function decodeMessage(received: Uint8Array<ArrayBuffer>): unknown {
  if (received.byteLength < PREFIX_BYTES) throw new MalformedMessageError("the message is shorter than its prefix");
  const bytes = received.byteOffset % ALIGNMENT === 0 ? received : received.slice();
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  if (prefix.getUint32(0, true) !== MAGIC) throw new MalformedMessageError("the message does not start with its magic");
  const headerEnd = PREFIX_BYTES + prefix.getUint32(4, true);
  if (headerEnd > bytes.byteLength) throw new MalformedMessageError("the header is longer than the message");
  return fromJson(parseHeader(bytes.subarray(PREFIX_BYTES, headerEnd)), 0, bytes.subarray(align(headerEnd)));
}

function parseHeader(header: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(header)) as unknown;
  } catch (error) {
    throw new MalformedMessageError("the header is not JSON in UTF-8", { cause: error });
  }
}

function toJson(value: unknown, depth: number, addColumn: (kind: ColumnKind, column: Column) => unknown): unknown {
  if (depth > MAX_DEPTH) throw new TypeError("data nested too deeply for a message (or a cycle)");
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { [MARK]: ["number", numberText(value)] };
    case "bigint":
      return { [MARK]: ["bigint", value.toString()] };
    case "undefined":
      return { [MARK]: ["undefined"] };
    case "object":
      break;
    case "symbol":
    case "function":
      throw new TypeError(`a message cannot carry a ${typeof value}`);
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => toJson(item, depth + 1, addColumn));
  if (ArrayBuffer.isView(value)) return addColumn(columnKind(value), value as Column);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError(`a message cannot carry a ${value.constructor.name}`);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const object = Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, depth + 1, addColumn)]));
  return Object.hasOwn(object, MARK) ? { [MARK]: ["object", object] } : object;
}

/** Turns the parsed header into the value, in place where possible. `columns` are the bytes behind the header. */
function fromJson(json: unknown, depth: number, columns: Uint8Array<ArrayBuffer>): unknown {
  if (depth > MAX_DEPTH) throw new MalformedMessageError("the header is nested too deeply");
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    const items: unknown[] = json;
    for (let i = 0; i < items.length; i++) items[i] = fromJson(items[i], depth + 1, columns);
    return items;
  }
  const object = json as Record<string, unknown>;
  return Object.hasOwn(object, MARK) ? fromMark(object[MARK], depth, columns) : decodeEntries(object, depth, columns);
}

function decodeEntries(object: Record<string, unknown>, depth: number, columns: Uint8Array<ArrayBuffer>): unknown {
  for (const key of Object.keys(object)) {
    // An own `__proto__` is harmless here and a trap for whoever copies the object key by key.
    if (key === "__proto__") throw new MalformedMessageError("the header has a key __proto__");
    object[key] = fromJson(object[key], depth + 1, columns);
  }
  return object;
}

function fromMark(mark: unknown, depth: number, columns: Uint8Array<ArrayBuffer>): unknown {
  if (!Array.isArray(mark)) throw new MalformedMessageError("the header has a mark that is no list");
  const [kind, first, second] = mark as unknown[];
  switch (kind) {
    case "undefined":
      return undefined;
    case "number":
      if (first === "NaN" || first === "Infinity" || first === "-Infinity" || first === "-0") return Number(first);
      break;
    case "bigint":
      if (typeof first === "string" && /^-?\d{1,40}$/.test(first)) return BigInt(first);
      break;
    case "object":
      if (typeof first === "object" && first !== null && !Array.isArray(first)) {
        return decodeEntries(first as Record<string, unknown>, depth, columns);
      }
      break;
    default:
      if (typeof kind === "string" && Object.hasOwn(COLUMN_KINDS, kind)) {
        return viewColumn(kind as ColumnKind, { offset: first, length: second, columns });
      }
  }
  throw new MalformedMessageError(`the header has a mark that says nothing: ${JSON.stringify(mark).slice(0, 80)}`);
}

function viewColumn(
  kind: ColumnKind,
  { offset, length, columns }: { offset: unknown; length: unknown; columns: Uint8Array<ArrayBuffer> },
): Column {
  const { [kind]: Kind } = COLUMN_KINDS;
  if (!isCount(offset) || !isCount(length) || offset % ALIGNMENT !== 0) {
    throw new MalformedMessageError("a column has no usable offset and length");
  }
  if (offset + length * Kind.BYTES_PER_ELEMENT > columns.byteLength) {
    throw new MalformedMessageError("a column reaches past the end of the message");
  }
  return new Kind(columns.buffer, columns.byteOffset + offset, length);
}

/** The tag, not `instanceof`: the array may come from another realm. */
function columnKind(view: ArrayBufferView): ColumnKind {
  const tag = Object.prototype.toString.call(view).slice("[object ".length, -1);
  const kind = kindByTag.get(tag);
  if (kind === undefined) throw new TypeError(`a message cannot carry a ${tag}`);
  return kind;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
