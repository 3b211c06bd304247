/** Price levels of items and of shoppers: cheap, middle, dear. */
export const PRICE_LEVELS = 3;
/** Families of brands; a shopper prefers one. */
export const BRAND_FAMILIES = 4;
/** A category's items are divided into this many cells: price level x brand family. */
export const CELLS = PRICE_LEVELS * BRAND_FAMILIES;
/** Kinds of shoppers: one prefers each cell. */
export const TASTES = CELLS;

const PRICE_LEVEL_SHARE = [0.35, 0.4, 0.25];
const BRAND_FAMILY_SHARE = [0.3, 0.3, 0.2, 0.2];
/** By distance in price level. */
const PRICE_AFFINITY = [1, 0.25, 0.05];
const OTHER_FAMILY_AFFINITY = 0.2;

/** [TASTES] share of shoppers with each taste. */
export const TASTE_SHARE = Float64Array.from(
  { length: TASTES },
  (_, taste) => PRICE_LEVEL_SHARE[priceLevelOf(taste)]! * BRAND_FAMILY_SHARE[taste % BRAND_FAMILIES]!,
);

/** [TASTES x CELLS] row-major: how much an item's popularity counts for a shopper; always above 0. */
export const AFFINITY = Float64Array.from({ length: TASTES * CELLS }, (_, entry) => {
  const taste = Math.floor(entry / CELLS);
  const cell = entry % CELLS;
  const brand = taste % BRAND_FAMILIES === cell % BRAND_FAMILIES ? 1 : OTHER_FAMILY_AFFINITY;
  return PRICE_AFFINITY[Math.abs(priceLevelOf(taste) - priceLevelOf(cell))]! * brand;
});

/** The price level of a cell or a taste. */
export function priceLevelOf(cell: number): number {
  return Math.floor(cell / BRAND_FAMILIES);
}

/** The cell of a price level and a brand family. */
export function cellOf(priceLevel: number, brandFamily: number): number {
  return priceLevel * BRAND_FAMILIES + brandFamily;
}
