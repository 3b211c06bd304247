import { PURCHASE, VIEW } from '../../domain/event.js';
import { DAY_MS } from '../../domain/time.js';
import { COMPLEMENT_NEED_SHARE, NEED_CHANGE_SHARE } from './behaviour.js';
import { COMPLEMENT_SHARE } from './categories.js';
import { CellHeads } from './cell-heads.js';
import { NextEventMixture } from './next-event-mixture.js';
import { type Shop } from './shop.js';
import { ShopDay } from './shop-day.js';
import { type Population } from './shoppers.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';
import { type TopItems } from './top-items.js';
import { Visit } from './visit.js';

/** Sessions of the simulation are shorter; others may be given. */
export const VISIT_CAPACITY = 256;

/**
 * The exact distribution of a session's next item, as one can know it who knows the shop and how its shoppers behave,
 * sees the session's events so far, and knows neither whose session it is nor any other session.
 *
 * The hidden state is (need, taste): categories x 12 values. Its posterior is kept by forward filtering (Rabiner, 1989,
 * section III.A): multiply by the likelihood of the event, normalise, then let the need change. When sessions end and
 * how long pauses are depends on nothing hidden, so "there is a next event" tells nothing and drops out.
 *
 * An event that cannot happen in the simulation (an unknown item, a session with events left out) tells nothing about
 * the hidden state; the distribution is then a good guess, no longer exact.
 */
export class SessionPosterior {
  /** [categories x TASTES] the posterior of the hidden state at the next event; sums to 1. */
  readonly state: Float64Array;

  /** The day of the session. */
  readonly shopDay: ShopDay;
  /** What can be seen of the session so far. */
  readonly visit = new Visit(VISIT_CAPACITY);
  private readonly mixture: NextEventMixture;
  private readonly heads: CellHeads;
  private readonly tastes = new Float64Array(TASTES);
  private readonly likelihood = new Float64Array(TASTES);
  private readonly coefficients = new Float64Array(CELLS);

  constructor(
    readonly shop: Shop,
    private readonly population: Population,
  ) {
    this.state = new Float64Array(shop.categories.count * TASTES);
    this.shopDay = new ShopDay(shop);
    this.mixture = new NextEventMixture(this.shopDay, this.visit);
    this.heads = new CellHeads(this.shopDay);
  }

  /** Forgets the session before and begins one. @param timeMs of its first event, or any time of the same shop day */
  begin(timeMs: number): this {
    const { options } = this.shop;
    const day = Math.floor((timeMs - options.startMs) / DAY_MS);
    this.shopDay.load(Math.min(options.days - 1, Math.max(0, day)));
    const { favourites, tastes } = this.population;
    const { need } = this.shopDay;
    for (let c = 0; c < need.length; c++) {
      for (let s = 0; s < TASTES; s++) {
        this.state[c * TASTES + s] = favourites[c * TASTES + s]! + tastes[s]! * need[c]!;
      }
    }
    this.visit.begin();
    this.prepareNext();
    return this;
  }

  /** Takes in the session's next event. @param item number of the shop @param type code of domain/event.ts */
  observe(item: number, type: number): void {
    if (!(item >= 0 && item < this.shop.options.items)) return;
    const slot = this.shop.slotOfItem[item]!;
    if (type === VIEW || this.visit.length === 0) this.weigh(slot);
    this.visit.add(slot, type);
    if (type === PURCHASE) this.replaceNeed(slot);
    else this.letNeedChange();
    this.prepareNext();
  }

  /** The probability that the next event names an item. */
  probabilityOf(item: number): number {
    const slot = this.shop.slotOfItem[item]!;
    const cell = this.shop.cellOfSlot[slot]!;
    this.loadCoefficients(Math.floor(cell / CELLS));
    const popular = this.shopDay.popularity[slot]! * this.coefficients[cell % CELLS]!;
    const place = this.mixture.find(slot);
    return popular + (place < 0 ? 0 : this.listedProbability(place));
  }

  /**
   * Puts the most probable next items into `top`, exactly, without looking at every item: besides the few listed ones,
   * an item's probability is its popularity times a number of its cell, so a cell's items come in order of popularity
   * and the rest of a cell is left out once one of them is too improbable.
   */
  top(top: TopItems): void {
    const { shop, mixture, coefficients, heads, shopDay } = this;
    heads.load();
    top.clear();
    for (let i = 0; i < mixture.count; i++) {
      const item = shop.itemOfSlot[mixture.slots[i]!]!;
      top.add(item, this.probabilityOf(item));
    }
    for (let c = 0; c < shop.categories.count; c++) {
      this.loadCoefficients(c);
      for (let cell = 0; cell < coefficients.length; cell++) {
        const at = c * coefficients.length + cell;
        const coefficient = coefficients[cell]!;
        if (!top.takes(coefficient * heads.highest[at]!)) continue;
        for (const slot of heads.of(at)) {
          const probability = coefficient * shopDay.popularity[slot]!;
          if (!top.takes(probability)) break;
          if (mixture.find(slot) < 0) top.add(shop.itemOfSlot[slot]!, probability);
        }
      }
    }
  }

  /** Multiplies the state by the likelihood of a view of an item; an impossible one changes nothing. */
  private weigh(slot: number): void {
    const { state, mixture, likelihood, shopDay, tastes } = this;
    const popularity = shopDay.popularity[slot]!;
    const cell = this.shop.cellOfSlot[slot]!;
    const row = Math.floor(cell / CELLS) * TASTES;
    const place = mixture.find(slot);
    const fixed =
      (mixture.frontShare * popularity) / shopDay.total + (place < 0 ? 0 : mixture.fixedViews[place]!);
    let sum = 0;
    for (let s = 0; s < TASTES; s++) {
      likelihood[s] = fixed + (place < 0 ? 0 : mixture.byTaste[place * TASTES + s]!);
      sum += likelihood[s]! * tastes[s]! + this.wantedProbability(slot, s) * state[row + s]!;
    }
    if (!(sum > 0)) return;
    const kinds = tastes.length;
    for (let s = 0; s < kinds; s++) {
      const factor = likelihood[s]! / sum;
      const wanted = (this.wantedProbability(slot, s) * state[row + s]!) / sum;
      for (let i = s; i < state.length; i += kinds) state[i]! *= factor;
      state[row + s]! += wanted;
    }
    this.loadTastes();
  }

  /** The probability that WANTED comes next and gives this item, for a shopper who needs its category. */
  private wantedProbability(slot: number, taste: number): number {
    const cell = this.shop.cellOfSlot[slot]!;
    const total = this.shopDay.tasteTotal[Math.floor(cell / CELLS) * TASTES + taste]!;
    const weight = this.shopDay.popularity[slot]! * AFFINITY[taste * CELLS + (cell % CELLS)]!;
    return (this.mixture.wantedShare * weight) / total;
  }

  private letNeedChange(): void {
    const { state, tastes } = this;
    const { need } = this.shopDay;
    for (let c = 0, i = 0; c < need.length; c++) {
      const share = NEED_CHANGE_SHARE * need[c]!;
      for (let s = 0; s < TASTES; s++, i++)
        state[i] = (1 - NEED_CHANGE_SHARE) * state[i]! + share * tastes[s]!;
    }
  }

  private replaceNeed(bought: number): void {
    const { state, tastes } = this;
    const { need } = this.shopDay;
    const complements = this.shop.categories.complements[Math.floor(this.shop.cellOfSlot[bought]! / CELLS)]!;
    for (let c = 0, i = 0; c < need.length; c++) {
      const which = complements.indexOf(c);
      const complement = which < 0 ? 0 : COMPLEMENT_SHARE[complements.length]![which]!;
      const share = COMPLEMENT_NEED_SHARE * complement + (1 - COMPLEMENT_NEED_SHARE) * need[c]!;
      for (let s = 0; s < TASTES; s++, i++) state[i] = share * tastes[s]!;
    }
  }

  private prepareNext(): void {
    this.loadTastes();
    this.mixture.load(this.visit);
  }

  /** Sums the state over the needs. */
  private loadTastes(): void {
    const { state, tastes } = this;
    const kinds = tastes.length;
    tastes.fill(0);
    for (let i = 0, s = 0; i < state.length; i++, s = s === kinds - 1 ? 0 : s + 1) tastes[s]! += state[i]!;
  }

  /** What an item of the mixture's list has beyond its popularity. */
  private listedProbability(place: number): number {
    const { mixture, tastes } = this;
    let sum = mixture.fixedViews[place]! + mixture.fixedOthers[place]!;
    for (let s = 0; s < TASTES; s++) sum += tastes[s]! * mixture.byTaste[place * TASTES + s]!;
    return sum;
  }

  /** For each cell of a category what an item's popularity is to be multiplied with. */
  private loadCoefficients(category: number): void {
    const { state, mixture, coefficients, shopDay } = this;
    const affinity = AFFINITY;
    const kinds = this.tastes.length;
    const cells = coefficients.length;
    coefficients.fill(mixture.frontShare / shopDay.total);
    for (let s = 0; s < kinds; s++) {
      const at = category * kinds + s;
      const share = (mixture.wantedShare * state[at]!) / shopDay.tasteTotal[at]!;
      for (let cell = 0; cell < cells; cell++) coefficients[cell]! += share * affinity[s * cells + cell]!;
    }
  }
}
