import { type components, type paths } from '../../../src/client/index.js';
import { api } from '../api.js';

export type Item =
  paths['/catalogue/items/{item_id}']['get']['responses']['200']['content']['application/json'];
export type Recommended =
  paths['/recommend']['post']['responses']['200']['content']['application/json']['recommendations'][number];
export type { components };

const known = new Map<string, Item>();

export function remember(items: readonly Item[]): void {
  for (const item of items) known.set(item.item_id, item);
}

/** The items with these ids, those the catalogue does not know by their id alone. Asks only for what is not known yet. */
export async function itemsOf(ids: readonly string[]): Promise<Item[]> {
  const wanted = [...new Set(ids)].filter((id) => !known.has(id));
  for (let from = 0; from < wanted.length; from += 50) {
    const asked = wanted.slice(from, from + 50);
    remember((await api.items({ id: asked })).items);
    for (const id of asked) if (!known.has(id)) known.set(id, { item_id: id, name: `Item ${id}` });
  }
  return ids.map((id) => known.get(id)!);
}

/** Why an item is shown, in words. */
export function reasonText(reason: string, about: Item | null): string {
  const it = about === null ? 'what you looked at' : `“${about.name}”`;
  const words: Record<string, string> = {
    continue_viewing: 'You looked at this',
    in_cart: 'In your cart',
    similar_to_viewed: `Others who took ${it} took this too`,
    bought_together: `Bought together with ${it}`,
    often_next: `Where shoppers go from ${it}`,
    shoppers_like_you: 'Shoppers like you took this',
    related_to_viewed: `Related to ${it}`,
    same_category: `Same category as ${it}`,
    same_brand: `Same brand as ${it}`,
    same_seller: `Same seller as ${it}`,
    trending: 'Trending now',
    popular: 'Popular in the shop',
    catalogue: 'From the catalogue',
  };
  return words[reason] ?? reason;
}

/** A price; which currency is not known, so none is shown. */
export function priceText(price: number | undefined): string {
  return price === undefined
    ? ''
    : price.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
