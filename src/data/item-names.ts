import { type Catalogue } from './catalogue.js';
import { OLIST_CATEGORY_WORDS } from './olist-categories.js';

/** How bulky an item is, by its volume; the first that is large enough. */
const SIZES = [
  { mostCm3: 1500, word: 'small' },
  { mostCm3: 12_000, word: '' },
  { mostCm3: 60_000, word: 'large' },
  { mostCm3: Infinity, word: 'bulky' },
] as const;

/**
 * What to call an item: its title; without one, words made of what is known, such as `Garden tools · large, 2.1 kg · 7af3`:
 * category, size, weight, and the end of the id, which tells apart what is else alike. Without a category `Item` and the id.
 *
 * @param item dense index
 * @param itemId its id
 */
export function itemName(catalogue: Catalogue, item: number, itemId: string): string {
  const title = catalogue.title?.at(item) ?? '';
  if (title !== '') return title;
  const category = categoryLabel(catalogue, item);
  if (category === null) return `Item ${itemId}`;
  const volume = catalogue.volumeCm3?.[item] ?? NaN;
  const size = SIZES.find(({ mostCm3 }) => volume <= mostCm3)?.word ?? '';
  const looks = [size, weightLabel(catalogue.weightGrams?.[item] ?? NaN)].filter((word) => word !== '');
  return [category, looks.join(', '), itemId.slice(-4)].filter((part) => part !== '').join(' · ');
}

/** An item's category as people read it; null where unknown. */
export function categoryLabel({ category }: Catalogue, item: number): string | null {
  const code = category?.codes[item] ?? -1;
  return code < 0 ? null : categoryWords(category!.names.at(code));
}

/** A category's name as people read it: `garden_tools` is `Garden tools`, a bare number `Category 12`. */
export function categoryWords(name: string): string {
  const known = OLIST_CATEGORY_WORDS.get(name);
  if (known !== undefined) return known;
  const words = name.replaceAll(/[_\s]+/g, ' ').trim();
  return /^\d+$/.test(words) ? `Category ${words}` : words.charAt(0).toUpperCase() + words.slice(1);
}

/** `850 g`, `2.1 kg`; empty where unknown. */
function weightLabel(grams: number): string {
  if (!(grams > 0)) return '';
  return grams < 1000 ? `${Math.round(grams)} g` : `${Number((grams / 1000).toFixed(1))} kg`;
}
