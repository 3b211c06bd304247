import { setImmediate as nextTurn } from 'node:timers/promises';
import { categoryLabel, categoryWords, itemName } from '../data/item-names.js';
import { type StringIndex } from '../domain/string-column.js';
import { type TableSet } from '../tables/table-set.js';

/** An item as people see it. */
export interface CatalogueItem {
  readonly itemId: string;
  readonly name: string;
  /** As the shop calls it. */
  readonly category: string | null;
  /** As people read it. */
  readonly categoryLabel: string | null;
  readonly brand: string | null;
  /** In the shop's currency. */
  readonly price: number | null;
  /** 1 for the most popular; null: never seen in training. */
  readonly popularityRank: number | null;
}

export interface CatalogueCategory {
  /** As the shop calls it. */
  readonly name: string;
  /** As people read it. */
  readonly label: string;
  readonly items: number;
}

export interface CatalogueQuery {
  /** Words that the name or the id must hold, each at the beginning of a word; empty: everything. */
  readonly text: string;
  readonly category?: string;
  readonly offset: number;
  readonly limit: number;
}

/** A search looks through this many of the most popular items. */
export const SEARCHED_ITEMS = 100_000;
/** Items looked at before others get their turn: a few tenths of a millisecond. */
const ITEMS_A_TURN = 2000;

/**
 * The model's items as a catalogue to look through: the most popular ones first. What searches need is made when somebody
 * first searches, a little at a time: the same process answers shoppers.
 */
export class CatalogueView {
  private order: Uint32Array | null = null;
  private byCategory: readonly CatalogueCategory[] | null = null;
  /** [positions in order] names and ids as {@link normalized}, as far as somebody needed them. */
  private readonly texts: string[] = [];

  constructor(
    private readonly tables: TableSet,
    private readonly itemIds: StringIndex,
  ) {}

  /** The categories that have items, the largest first; empty where the data names none. */
  categories(): readonly CatalogueCategory[] {
    return (this.byCategory ??= this.countCategories());
  }

  /** Null if the model does not know the item. */
  item(itemId: string): CatalogueItem | null {
    const item = this.itemIds.indexOf(itemId);
    return item < 0 ? null : this.describe(item);
  }

  /** A page of what a query finds, the most popular first; null if the category is named and unknown. */
  async search({
    text,
    category,
    offset,
    limit,
  }: CatalogueQuery): Promise<{ items: CatalogueItem[]; hasMore: boolean } | null> {
    const column = this.tables.catalogue.category;
    const code = category === undefined ? -1 : codeOf(this.tables, category);
    if (category !== undefined && code < 0) return null;
    const words = normalized(text).split(' ').filter(Boolean);
    const order = (this.order ??= this.byPopularity());
    const found: number[] = [];
    for (let at = 0; at < order.length && found.length <= offset + limit; at++) {
      if (at % ITEMS_A_TURN === ITEMS_A_TURN - 1) await nextTurn();
      const item = order[at]!;
      if (code >= 0 && column!.codes[item] !== code) continue;
      if (words.length > 0 && !this.holds(at, item, words)) continue;
      found.push(item);
    }
    return {
      items: found.slice(offset, offset + limit).map((item) => this.describe(item)),
      hasMore: found.length > offset + limit,
    };
  }

  private holds(at: number, item: number, words: readonly string[]): boolean {
    const text = (this.texts[at] ??= this.textOf(item));
    return words.every((word) => text.includes(` ${word}`));
  }

  private textOf(item: number): string {
    const itemId = this.tables.items.at(item);
    return ` ${normalized(itemName(this.tables.catalogue, item, itemId))} ${normalized(itemId)}`;
  }

  private byPopularity(): Uint32Array {
    const { rank } = this.tables.popularity;
    return Uint32Array.from(rank, (_, item) => item)
      .sort((a, b) => rank[a]! - rank[b]! || a - b)
      .subarray(0, SEARCHED_ITEMS);
  }

  private countCategories(): CatalogueCategory[] {
    const { category } = this.tables.catalogue;
    if (category === null) return [];
    const counts = new Uint32Array(category.names.length);
    for (const code of category.codes) if (code >= 0) counts[code]!++;
    return category.names
      .toArray()
      .map((name, code) => ({ name, label: categoryWords(name), items: counts[code]! }))
      .filter(({ items }) => items > 0)
      .sort((a, b) => b.items - a.items || (a.name < b.name ? -1 : 1));
  }

  private describe(item: number): CatalogueItem {
    const { items, catalogue, popularity } = this.tables;
    const itemId = items.at(item);
    const price = catalogue.price?.[item] ?? NaN;
    const rank = popularity.rank[item]!;
    return {
      itemId,
      name: itemName(catalogue, item, itemId),
      category: nameIn(catalogue.category, item),
      categoryLabel: categoryLabel(catalogue, item),
      brand: nameIn(catalogue.brand, item),
      price: Number.isFinite(price) ? Math.round(price * 100) / 100 : null,
      popularityRank: rank < items.length ? rank + 1 : null,
    };
  }
}

function nameIn(column: TableSet['catalogue']['brand'], item: number): string | null {
  const code = column?.codes[item] ?? -1;
  return code < 0 ? null : column!.names.at(code);
}

function codeOf({ catalogue }: TableSet, category: string): number {
  return catalogue.category?.names.toArray().indexOf(category) ?? -1;
}

/** Lower case, without accents, words separated by single blanks. */
function normalized(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
