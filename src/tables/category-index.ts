import { type CodedColumn } from '../data/catalogue.js';
import { TopN } from './top-n.js';

/** The most popular items of each category, for "more of the same" and as filler. */
export interface CategoryIndex {
  /** [categories + 1] and entries: items by slow popularity, best first; items never seen are left out. */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * @param category any coded attribute; null gives an index without categories
 * @param popularity [items] the score to order by
 */
export function buildCategoryIndex(
  category: CodedColumn | null,
  popularity: Float32Array,
  listLength: number,
): CategoryIndex {
  const categories = category === null ? 0 : category.names.length;
  const tops = Array.from({ length: categories }, () => new TopN(listLength));
  popularity.forEach((score, item) => {
    const code = category === null ? -1 : category.codes[item]!;
    if (code >= 0 && score > 0) tops[code]!.push(item, score);
  });
  const offsets = new Uint32Array(categories + 1);
  tops.forEach((top, code) => (offsets[code + 1] = offsets[code]! + top.count));
  const items = new Uint32Array(offsets[categories]!);
  tops.forEach((top, code) => {
    top.sort();
    items.set(top.ids.subarray(0, top.count), offsets[code]);
  });
  return { offsets, items };
}
