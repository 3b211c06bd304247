import {
  ADJECTIVES,
  BRAND_FIRST,
  BRAND_SECOND,
  LEAVES,
  SELLER_FIRST,
  SELLER_SECOND,
  SERIES,
} from './taxonomy.js';

/**
 * A title like `Nordvik Aria Foldable Pram`, `Lindmark Nova 2 Slim Desk`. Adjective, series, noun and number of the
 * series together spell the item's number in its leaf, so no title occurs twice.
 */
export function itemTitle(leaf: number, numberInLeaf: number, brand: string): string {
  const { nouns } = LEAVES[leaf]!;
  // Neighbouring numbers share no word: the adjective turns with every item, the series with a step of its own.
  const adjective = numberInLeaf % ADJECTIVES.length;
  let rest = Math.floor(numberInLeaf / ADJECTIVES.length);
  const series = (rest + adjective * 7 + leaf * 5) % SERIES.length;
  rest = Math.floor(rest / SERIES.length);
  const noun = (rest + numberInLeaf) % nouns.length;
  const generation = Math.floor(rest / nouns.length) + 1;
  const model = generation === 1 ? SERIES[series]! : `${SERIES[series]!} ${generation}`;
  return `${brand} ${model} ${ADJECTIVES[adjective]!} ${nouns[noun]!}`;
}

/** A brand's name, different for every (department, brand). @param brand 0 .. 15 */
export function brandName(department: number, brand: number): string {
  const first = BRAND_FIRST[(department + 5 * brand) % BRAND_FIRST.length]!;
  return first + BRAND_SECOND[brand % BRAND_SECOND.length]!;
}

/** A seller's name, different for every seller: `Harbour Trading`, later `Harbour Trading 2`. */
export function sellerName(seller: number): string {
  const names = SELLER_FIRST.length * SELLER_SECOND.length;
  const first = SELLER_FIRST[seller % SELLER_FIRST.length]!;
  const second = SELLER_SECOND[Math.floor(seller / SELLER_FIRST.length) % SELLER_SECOND.length]!;
  const number = Math.floor(seller / names) + 1;
  return number === 1 ? `${first} ${second}` : `${first} ${second} ${number}`;
}
