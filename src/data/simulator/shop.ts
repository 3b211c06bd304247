import { Random } from '../../domain/random.js';
import { StringColumn } from '../../domain/string-column.js';
import { type Catalogue } from '../catalogue.js';
import { type Categories, makeCategories } from './categories.js';
import { itemTitle, sellerName, brandName } from './names.js';
import { dayStartMs, type ResolvedSimulatorOptions } from './simulator-options.js';
import { BRAND_FAMILIES, CELLS, cellOf, PRICE_LEVELS } from './tastes.js';
import { LEAVES } from './taxonomy.js';

/** Popularity inside a category: (rank + offset)^-exponent, ranks from 0. */
const POPULARITY_EXPONENT = 1.15;
const POPULARITY_OFFSET = 1.5;
const BRAND_FAMILY_SHARE = [0.35, 0.3, 0.2, 0.15];
/** Spread of log price inside a category, and of what makes two items alike besides their price. */
const LOG_PRICE_SPREAD = 0.55;
const STYLE_SPREAD = 0.35;
/** Standard normal prices below the first are cheap, above the second dear. */
const PRICE_LEVEL_LIMITS = [-0.35, 0.65];
const NEVER = 0xffff;

/**
 * The shop without its shoppers. Everything the simulation looks up stands by *slot*: items sorted by category and, in
 * it, by cell (price level x brand family), so that "popular dear items of this family" is one range. Item numbers,
 * which ids and tables use, tell nothing about that order.
 */
export interface Shop {
  readonly options: ResolvedSimulatorOptions;
  readonly categories: Categories;
  /** [items] */
  readonly itemOfSlot: Uint32Array;
  /** [items] */
  readonly slotOfItem: Uint32Array;
  /** [categories x CELLS + 1] where each cell's slots start. */
  readonly cellStart: Uint32Array;
  /** [slots] category x CELLS + cell. */
  readonly cellOfSlot: Uint16Array;
  /** [slots] popularity before drift; all together about 1. */
  readonly basePopularity: Float64Array;
  /** [slots] which of the shop's trends the item follows. */
  readonly trend: Uint8Array;
  /** [slots] first day on sale, 0 for items that were there before. */
  readonly launchDay: Uint16Array;
  /** [slots] first day off sale again; 65535 for never. */
  readonly retireDay: Uint16Array;
  /** [slots] slots in the order of likeness (price and style), category after category. */
  readonly byLikeness: Uint32Array;
  /** [slots] where a slot stands in {@link byLikeness}. */
  readonly likenessRank: Uint32Array;
  /** What the shop tells about its items, by item number. */
  readonly catalogue: ShopCatalogue;
}

/** The catalogue as numbers; names are made when they are asked for. */
export interface ShopCatalogue {
  readonly category: Int32Array;
  readonly brand: Int32Array;
  readonly brandNames: readonly string[];
  readonly seller: Int32Array;
  readonly sellerNames: readonly string[];
  readonly price: Float32Array;
  readonly weightGrams: Float32Array;
  readonly volumeCm3: Float32Array;
  /** [items] number of the item in its leaf: with the leaf it makes the title. */
  readonly numberInLeaf: Uint32Array;
}

/** Builds the shop: about a second for a million items. */
export function makeShop(options: ResolvedSimulatorOptions): Shop {
  const random = new Random(options.seed).fork(1);
  const n = options.items;
  const categories = makeCategories(n, random.fork(1));
  const category = new Int32Array(n);
  for (let c = 0, item = 0; c < categories.count; c++) {
    category.fill(c, item, (item += categories.sizes[c]!));
  }
  random.fork(2).shuffle(category);
  const { catalogue, cell, likeness } = makeCatalogue(categories, category, random.fork(3));

  const { starts: cellStart, order: itemOfSlot } = countingSort(cell, categories.count * CELLS);
  const slotOfItem = new Uint32Array(n);
  for (let slot = 0; slot < n; slot++) slotOfItem[itemOfSlot[slot]!] = slot;
  const byLikeness = sortByLikeness(categories, itemOfSlot, likeness);
  const likenessRank = new Uint32Array(n);
  for (let rank = 0; rank < n; rank++) likenessRank[byLikeness[rank]!] = rank;
  return {
    options,
    categories,
    itemOfSlot,
    slotOfItem,
    cellStart,
    cellOfSlot: Uint16Array.from(itemOfSlot, (item) => cell[item]!),
    ...makeLives(options, categories, random.fork(4)),
    byLikeness,
    likenessRank,
    catalogue,
  };
}

function makeCatalogue(
  categories: Categories,
  category: Int32Array,
  random: Random,
): { catalogue: ShopCatalogue; cell: Uint16Array; likeness: Float32Array } {
  const n = category.length;
  const brandsPerFamily = n < 10_000 ? 2 : 4;
  const brandsPerDepartment = BRAND_FAMILIES * brandsPerFamily;
  const sellers = Math.min(2000, Math.max(3, Math.round(n / 25)));
  const cell = new Uint16Array(n);
  const likeness = new Float32Array(n);
  const used = new Uint32Array(LEAVES.length);
  const catalogue: ShopCatalogue = {
    category,
    brand: new Int32Array(n),
    brandNames: categories.departments.flatMap((_, department) =>
      Array.from({ length: brandsPerDepartment }, (_, brand) => brandName(department, brand)),
    ),
    seller: new Int32Array(n),
    sellerNames: Array.from({ length: sellers }, (_, seller) => sellerName(seller)),
    price: new Float32Array(n),
    weightGrams: new Float32Array(n),
    volumeCm3: new Float32Array(n),
    numberInLeaf: new Uint32Array(n),
  };
  for (let item = 0; item < n; item++) {
    const c = category[item]!;
    const leaf = LEAVES[categories.leaf[c]!]!;
    const logPrice = random.normal();
    const priceLevel =
      logPrice < PRICE_LEVEL_LIMITS[0]! ? 0 : logPrice < PRICE_LEVEL_LIMITS[1]! ? 1 : PRICE_LEVELS - 1;
    const family = pick(BRAND_FAMILY_SHARE, random.next());
    cell[item] = c * CELLS + cellOf(priceLevel, family);
    likeness[item] = logPrice + STYLE_SPREAD * random.normal();
    catalogue.brand[item] =
      categories.department[c]! * brandsPerDepartment +
      family * brandsPerFamily +
      random.below(brandsPerFamily);
    catalogue.seller[item] = Math.floor(sellers * random.next() ** 1.6);
    catalogue.price[item] = shopPrice(leaf.price * Math.exp(LOG_PRICE_SPREAD * logPrice));
    const grams = Math.max(5, Math.round(leaf.grams * Math.exp(0.1 * logPrice + 0.3 * random.normal())));
    catalogue.weightGrams[item] = grams;
    catalogue.volumeCm3[item] = Math.max(
      5,
      Math.round((grams / leaf.density) * Math.exp(0.15 * random.normal())),
    );
    catalogue.numberInLeaf[item] = used[categories.leaf[c]!]!++;
  }
  return { catalogue, cell, likeness };
}

/** Popularity, trend and life of the slots, which are by category, so that every category keeps its best item. */
function makeLives(
  options: ResolvedSimulatorOptions,
  categories: Categories,
  random: Random,
): Pick<Shop, 'basePopularity' | 'trend' | 'launchDay' | 'retireDay'> {
  const n = options.items;
  const basePopularity = new Float64Array(n);
  const trend = new Uint8Array(n);
  const launchDay = new Uint16Array(n);
  const retireDay = new Uint16Array(n).fill(NEVER);
  for (let c = 0, start = 0; c < categories.count; c++) {
    const size = categories.sizes[c]!;
    const ranks = random.shuffle(Uint32Array.from({ length: size }, (_, rank) => rank));
    let sum = 0;
    for (let rank = 0; rank < size; rank++) sum += (rank + POPULARITY_OFFSET) ** -POPULARITY_EXPONENT;
    for (let i = 0; i < size; i++) {
      const slot = start + i;
      basePopularity[slot] =
        (categories.needShare[c]! * (ranks[i]! + POPULARITY_OFFSET) ** -POPULARITY_EXPONENT) / sum;
      trend[slot] = random.below(256);
      const launches = random.next() < options.launchShare;
      const retires = random.next() < options.retireShare;
      const launch = 1 + random.below(Math.max(1, options.days - 1));
      const first = launches ? launch : 0;
      const retire = first + 1 + random.below(Math.max(1, options.days - 1 - first));
      // The best of a category stays all the time: no category is ever empty.
      if (ranks[i] === 0) continue;
      if (launches && launch < options.days) launchDay[slot] = launch;
      if (retires && retire < options.days) retireDay[slot] = retire;
    }
    start += size;
  }
  return { basePopularity, trend, launchDay, retireDay };
}

/** Slots by likeness inside each category; a sort of plain numbers, several times faster than one by comparison. */
function sortByLikeness(
  categories: Categories,
  itemOfSlot: Uint32Array,
  likeness: Float32Array,
): Uint32Array {
  const sorted = new Uint32Array(itemOfSlot.length);
  const scale = 2 ** 20;
  for (let c = 0, start = 0; c < categories.count; c++) {
    const size = categories.sizes[c]!;
    const keys = new Float64Array(size);
    for (let i = 0; i < size; i++)
      keys[i] = Math.round((likeness[itemOfSlot[start + i]!]! + 16) * scale) * scale + i;
    keys.sort();
    for (let i = 0; i < size; i++) sorted[start + i] = start + (keys[i]! % scale);
    start += size;
  }
  return sorted;
}

function countingSort(keys: Uint16Array, keyCount: number): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(keyCount + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let key = 0; key < keyCount; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) order[next[keys[i]!]!++] = i;
  return { starts, order };
}

/** Prices end as prices in shops do. */
function shopPrice(price: number): number {
  if (price < 20) return Math.max(0.99, Math.round(price * 2) / 2 - 0.01);
  if (price < 200) return Math.round(price) - 0.05;
  return Math.round(price / 10) * 10 - 1;
}

function pick(shares: readonly number[], unit: number): number {
  let index = 0;
  for (let left = unit - shares[0]!; left >= 0 && index < shares.length - 1;) left -= shares[++index]!;
  return index;
}

/** When an item is on sale: [fromMs, toMs), milliseconds since 1970 UTC; the shop's own begin and end where it has none. */
export function itemLife(shop: Shop, item: number): { fromMs: number; toMs: number } {
  const slot = shop.slotOfItem[item]!;
  return {
    fromMs: dayStartMs(shop.options, shop.launchDay[slot]!),
    toMs: dayStartMs(shop.options, Math.min(shop.options.days, shop.retireDay[slot]!)),
  };
}

/** The shop's id of an item: `p` and its number, all of one length. */
export function itemIdOf(shop: Shop, item: number): string {
  return `p${String(item).padStart(String(shop.options.items - 1).length, '0')}`;
}

/** The item number of an id made by {@link itemIdOf}, -1 for any other text. */
export function itemNumberOf(shop: Shop, itemId: string): number {
  const item = /^p\d+$/.test(itemId) ? Number(itemId.slice(1)) : -1;
  return item >= 0 && item < shop.options.items && itemIdOf(shop, item) === itemId ? item : -1;
}

/** An item's title: English, different for every item of the shop. */
export function itemTitleOf(shop: Shop, item: number): string {
  const { catalogue, categories } = shop;
  const leaf = categories.leaf[catalogue.category[item]!]!;
  return itemTitle(leaf, catalogue.numberInLeaf[item]!, catalogue.brandNames[catalogue.brand[item]!]!);
}

/** The catalogue as tables have it, by item number. */
export function catalogueOf(shop: Shop): Catalogue {
  const { catalogue, categories } = shop;
  return {
    title: StringColumn.from(titles(shop)),
    category: { codes: catalogue.category, names: StringColumn.from(categories.names) },
    brand: { codes: catalogue.brand, names: StringColumn.from(catalogue.brandNames) },
    seller: { codes: catalogue.seller, names: StringColumn.from(catalogue.sellerNames) },
    price: catalogue.price,
    weightGrams: catalogue.weightGrams,
    volumeCm3: catalogue.volumeCm3,
  };
}

function* titles(shop: Shop): Generator<string> {
  for (let item = 0; item < shop.options.items; item++) yield itemTitleOf(shop, item);
}
