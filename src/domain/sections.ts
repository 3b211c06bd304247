/** Arrays that can be written into a bundle as they are. */
export type SectionArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** A model's tables as named typed arrays, names like `item_table/next/weights`. */
export type Sections = Record<string, SectionArray>;
