import { StringColumn } from '../domain/string-column.js';

/**
 * What is known about the items, by dense item index. A source without an attribute has no column for it (null);
 * an item without a value has -1 (codes) or NaN (numbers).
 */
export interface Catalogue {
  readonly title: StringColumn | null;
  readonly category: CodedColumn | null;
  readonly brand: CodedColumn | null;
  readonly seller: CodedColumn | null;
  /** In the shop's currency. */
  readonly price: Float32Array | null;
  readonly weightGrams: Float32Array | null;
  readonly volumeCm3: Float32Array | null;
}

/** A column of names as codes. */
export interface CodedColumn {
  /** [items] index into {@link names}, -1 where unknown. */
  readonly codes: Int32Array;
  readonly names: StringColumn;
}

export const EMPTY_CATALOGUE: Catalogue = {
  title: null,
  category: null,
  brand: null,
  seller: null,
  price: null,
  weightGrams: null,
  volumeCm3: null,
};

/** Codes a column of names; the empty string means unknown. Names are numbered in order of first appearance. */
export function codeColumn(values: readonly string[]): CodedColumn {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === '') return -1;
    let code = codeOf.get(value);
    if (code === undefined) codeOf.set(value, (code = codeOf.size));
    return code;
  });
  return { codes, names: StringColumn.from(codeOf.keys()) };
}
