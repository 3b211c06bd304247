import { hashUnit } from './hash.js';
import { type Shop } from './shop.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';

const TRENDS = 256;
/** Trends swing popularity by up to this factor's exponent, up and down, at drift 1. */
const TREND_STRENGTH = 1.1;
const NEED_STRENGTH = 0.5;
/** A launched item starts at 1 + LAUNCH_BOOST times its popularity and comes down with this many days. */
const LAUNCH_BOOST = 2;
const LAUNCH_DECAY_DAYS = 4;
/** Labels of {@link hashUnit}. */
const TREND_LABEL = 11;
const NEED_LABEL = 12;

/**
 * What is wanted on one day: popularity is constant within a day of the shop and moves from day to day. A function of
 * shop and day alone, so any day can be looked at without simulating those before it. Loading a day costs a pass over
 * the items (some 10 ms for a million).
 */
export class ShopDay {
  /** The day in the arrays, -1 for none yet. */
  day = -1;
  /** [slots] 0 for items off sale. */
  readonly popularity: Float64Array;
  /** [slots + 1] running sum of {@link popularity}. */
  readonly cumulative: Float64Array;
  /** Sum of {@link popularity}. */
  total = 0;
  /** [categories x TASTES] sum of popularity x affinity over a category's items: the taste's normaliser. */
  readonly tasteTotal: Float64Array;
  /** [categories] share of new needs. */
  readonly need: Float64Array;
  /** [categories] running sum of {@link need}; the last one is 1. */
  readonly needCumulative: Float64Array;

  private readonly trendFactor = new Float64Array(TRENDS);

  constructor(readonly shop: Shop) {
    const { count } = shop.categories;
    this.popularity = new Float64Array(shop.options.items);
    this.cumulative = new Float64Array(shop.options.items + 1);
    this.tasteTotal = new Float64Array(count * TASTES);
    this.need = new Float64Array(count);
    this.needCumulative = new Float64Array(count);
  }

  /** Fills the arrays for a day, 0 .. days - 1. Nothing to do if it is there already. */
  load(day: number): this {
    if (day === this.day) return this;
    this.day = day;
    this.loadPopularity(day);
    this.loadNeeds(day);
    this.loadTasteTotals();
    return this;
  }

  private loadPopularity(day: number): void {
    const { shop, popularity, cumulative, trendFactor } = this;
    const { basePopularity, trend, launchDay, retireDay, options } = shop;
    for (let t = 0; t < TRENDS; t++) trendFactor[t] = swing(options, TREND_LABEL, t, day, TREND_STRENGTH);
    let sum = 0;
    for (let slot = 0; slot < popularity.length; slot++) {
      const launch = launchDay[slot]!;
      let value = 0;
      if (day >= launch && day < retireDay[slot]!) {
        value = basePopularity[slot]! * trendFactor[trend[slot]!]!;
        if (launch > 0) value *= 1 + LAUNCH_BOOST * Math.exp((launch - day) / LAUNCH_DECAY_DAYS);
      }
      popularity[slot] = value;
      cumulative[slot + 1] = sum += value;
    }
    this.total = sum;
  }

  private loadNeeds(day: number): void {
    const { need, needCumulative, shop } = this;
    let sum = 0;
    for (let c = 0; c < need.length; c++) {
      need[c] = shop.categories.needShare[c]! * swing(shop.options, NEED_LABEL, c, day, NEED_STRENGTH);
      sum += need[c]!;
    }
    let running = 0;
    for (let c = 0; c < need.length; c++) {
      need[c]! /= sum;
      needCumulative[c] = running += need[c]!;
    }
    needCumulative[need.length - 1] = 1;
  }

  private loadTasteTotals(): void {
    const { cumulative, tasteTotal, shop } = this;
    const { cellStart } = shop;
    tasteTotal.fill(0);
    for (let c = 0; c < shop.categories.count; c++) {
      for (let cell = 0; cell < CELLS; cell++) {
        const at = c * CELLS + cell;
        const mass = cumulative[cellStart[at + 1]!]! - cumulative[cellStart[at]!]!;
        for (let taste = 0; taste < TASTES; taste++) {
          tasteTotal[c * TASTES + taste]! += AFFINITY[taste * CELLS + cell]! * mass;
        }
      }
    }
  }

  /** The slot where the running sum passes `target`, in [from, to). Never one with popularity 0 if the range has mass. */
  slotAt(target: number, from: number, to: number): number {
    const { cumulative, popularity } = this;
    let low = from;
    let high = to - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle + 1]! > target) high = middle;
      else low = middle + 1;
    }
    // Rounding can put the target on the very end of the range, where the last items may be off sale.
    while (low > from && popularity[low] === 0) low--;
    return low;
  }
}

/** A wave of its own strength, period (8 to 60 days) and phase for every trend. */
function swing(
  options: { readonly seed: number; readonly drift: number },
  label: number,
  index: number,
  day: number,
  strength: number,
): number {
  const amplitude = options.drift * strength * hashUnit(options.seed, label, 3 * index);
  const period = 8 + 52 * hashUnit(options.seed, label, 3 * index + 1);
  const phase = hashUnit(options.seed, label, 3 * index + 2);
  return Math.exp(amplitude * Math.sin(2 * Math.PI * (day / period + phase)));
}
