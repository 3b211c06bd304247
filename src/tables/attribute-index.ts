import { type CodedColumn } from '../data/catalogue.js';
import { TopN } from './top-n.js';

/** The most popular items of each category, brand or seller: for "more of the same" and as filler. */
export interface AttributeIndex {
  /** [codes + 1] and entries: items by slow popularity, best first; items never seen are left out. */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * @param column the attribute; null gives an index without entries
 * @param popularity [items] the score to order by
 */
export function buildAttributeIndex(
  column: CodedColumn | null,
  popularity: Float32Array,
  listLength: number,
): AttributeIndex {
  const codes = column === null ? 0 : column.names.length;
  const tops = Array.from({ length: codes }, () => new TopN(listLength));
  popularity.forEach((score, item) => {
    const code = column === null ? -1 : column.codes[item]!;
    if (code >= 0 && score > 0) tops[code]!.push(item, score);
  });
  const offsets = new Uint32Array(codes + 1);
  tops.forEach((top, code) => (offsets[code + 1] = offsets[code]! + top.count));
  const items = new Uint32Array(offsets[codes]!);
  tops.forEach((top, code) => {
    top.sort();
    items.set(top.ids.subarray(0, top.count), offsets[code]);
  });
  return { offsets, items };
}
