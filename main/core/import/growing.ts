/** Typed arrays that grow by copying into a larger one. */

type Column =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A column of `capacity` entries that begins with those of `column`; the rest is 0. */
export function growColumn<Kind extends Column>(column: Kind, capacity: number): Kind {
  const grown = new (column.constructor as new (length: number) => Kind)(capacity);
  grown.set(column);
  return grown;
}
