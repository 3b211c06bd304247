import { COMPLEMENT_SHARE } from './categories.js';
import { hash32 } from './hash.js';
import { type ShopDay } from './shop-day.js';
import { AFFINITY, CELLS } from './tastes.js';

/** Similar items stand this close in the order of likeness, on either side. */
const SIMILAR_REACH = 12;
const SIMILAR_DECAY = 0.9;
/** So many items of each complementary category on either side of the one that stands where the item does. */
const COMPLEMENT_REACH = 2;
const COMPLEMENT_DECAY = 0.7;
/** How far, in ranks, an item's complements are off the place its own rank points to. */
const COMPLEMENT_JITTER = 5;
const JITTER_LABEL = 21;
const CAPACITY = 64;

/**
 * A short list of items with weights: those similar to an item, or those that go with it. A shopper takes one with a
 * probability in proportion to weight x affinity of the shopper's taste.
 */
export class Neighbours {
  /** Items with a weight above 0. */
  count = 0;
  /** [count] all different. */
  readonly slots = new Int32Array(CAPACITY);
  /** [count] */
  readonly weights = new Float64Array(CAPACITY);

  constructor(private readonly shopDay: ShopDay) {}

  /**
   * Items of the same category, alike in price and style: weight = 0.9^(distance in likeness - 1) x sqrt(popularity).
   * The root keeps some of what is popular without hiding what is alike.
   */
  loadSimilar(slot: number): void {
    const { shop } = this.shopDay;
    const category = Math.floor(shop.cellOfSlot[slot]! / CELLS);
    const start = shop.cellStart[category * CELLS]!;
    const end = shop.cellStart[(category + 1) * CELLS]!;
    const rank = shop.likenessRank[slot]!;
    this.count = 0;
    let weight = 1;
    for (let distance = 1; distance <= SIMILAR_REACH; distance++, weight *= SIMILAR_DECAY) {
      if (rank - distance >= start) this.add(shop.byLikeness[rank - distance]!, weight);
      if (rank + distance < end) this.add(shop.byLikeness[rank + distance]!, weight);
    }
  }

  /**
   * Items of the complementary categories that stand about where the item stands in its own: what goes with a dear
   * pram is dear. Weight = the category's share x 0.7^distance x sqrt(popularity / need for the category).
   */
  loadComplements(slot: number): void {
    const { shop } = this.shopDay;
    const { complements, sizes, needShare } = shop.categories;
    const category = Math.floor(shop.cellOfSlot[slot]! / CELLS);
    const from = shop.cellStart[category * CELLS]!;
    const place = (shop.likenessRank[slot]! - from + 0.5) / sizes[category]!;
    const chosen = complements[category]!;
    this.count = 0;
    for (let c = 0; c < chosen.length; c++) {
      const other = chosen[c]!;
      const size = sizes[other]!;
      const start = shop.cellStart[other * CELLS]!;
      const jitter =
        (hash32(shop.options.seed, JITTER_LABEL + c, slot) % (2 * COMPLEMENT_JITTER + 1)) - COMPLEMENT_JITTER;
      const centre = Math.min(size - 1, Math.max(0, Math.floor(place * size) + jitter));
      const share = COMPLEMENT_SHARE[chosen.length]![c]! / Math.sqrt(needShare[other]!);
      const last = Math.min(size - 1, centre + COMPLEMENT_REACH);
      for (let at = Math.max(0, centre - COMPLEMENT_REACH); at <= last; at++) {
        this.add(shop.byLikeness[start + at]!, share * COMPLEMENT_DECAY ** Math.abs(at - centre));
      }
    }
  }

  private add(slot: number, weight: number): void {
    const popularity = this.shopDay.popularity[slot]!;
    if (popularity === 0) return;
    this.slots[this.count] = slot;
    this.weights[this.count++] = weight * Math.sqrt(popularity);
  }

  /** Sum of weight x affinity for a taste. */
  total(taste: number): number {
    const { cellOfSlot } = this.shopDay.shop;
    let sum = 0;
    for (let i = 0; i < this.count; i++) {
      sum += this.weights[i]! * AFFINITY[taste * CELLS + (cellOfSlot[this.slots[i]!]! % CELLS)]!;
    }
    return sum;
  }

  /** The item that a taste takes. @param unit in [0, 1) @returns its slot, -1 if the list is empty */
  pick(taste: number, unit: number): number {
    const { cellOfSlot } = this.shopDay.shop;
    let left = unit * this.total(taste);
    for (let i = 0; i < this.count; i++) {
      left -= this.weights[i]! * AFFINITY[taste * CELLS + (cellOfSlot[this.slots[i]!]! % CELLS)]!;
      if (left < 0) return this.slots[i]!;
    }
    return this.count === 0 ? -1 : this.slots[this.count - 1]!;
  }
}
