import {
  CHECKOUT,
  COMPLEMENT,
  FIRST_WANTED_SHARE,
  FRONT_PAGE,
  FUNNEL,
  PREVIOUS_ANCHOR_SHARE,
  RETURN,
  RETURN_DECAY,
  SIMILAR,
  STAY,
  WANTED,
  WAY_SHARE,
  WAYS,
} from './behaviour.js';
import { Neighbours } from './neighbours.js';
import { type ShopDay } from './shop-day.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';
import { type Visit } from './visit.js';

/**
 * The next event of a visit as a mixture, for every taste at once:
 *
 * P(item | need c, taste s) = fixed[item] + byTaste[item, s]
 *   + wantedShare x [item in c] x popularity x affinity(s, item) / tasteTotal[c, s] + frontShare x popularity / total
 *
 * The first two terms are above 0 for the few items of {@link slots} only; the others need no list.
 */
export class NextEventMixture {
  /** Items the visit itself points to: its own, and the neighbours of the last two. */
  count = 0;
  readonly slots: Int32Array;
  /** [count] probability of a view that does not depend on the hidden state. */
  readonly fixedViews: Float64Array;
  /** [count] probability of any other type of event: those never depend on it. */
  readonly fixedOthers: Float64Array;
  /** [count x TASTES] probability of a view, given the taste. */
  readonly byTaste: Float64Array;
  wantedShare = 0;
  frontShare = 0;

  /** [slots of the shop] where an item may stand in {@link slots}; it does if it is there. */
  private readonly places: Uint32Array;
  private readonly neighbours: Neighbours;
  private readonly weights = new Float64Array(TASTES);
  private firstTaste = 0;
  private tastesEnd = TASTES;

  constructor(
    private readonly shopDay: ShopDay,
    visit: Visit,
  ) {
    this.neighbours = new Neighbours(shopDay);
    const capacity = visit.recent.length + 4 * this.neighbours.slots.length;
    this.places = new Uint32Array(shopDay.shop.options.items);
    this.slots = new Int32Array(capacity);
    this.fixedViews = new Float64Array(capacity);
    this.fixedOthers = new Float64Array(capacity);
    this.byTaste = new Float64Array(capacity * TASTES);
  }

  /** @param only the one taste whose column of {@link byTaste} is wanted; the others are not filled then */
  load(visit: Visit, only: number | null = null): void {
    this.firstTaste = only ?? 0;
    this.tastesEnd = only === null ? TASTES : only + 1;
    this.count = 0;
    if (visit.length === 0) {
      this.wantedShare = FIRST_WANTED_SHARE;
      this.frontShare = 1 - FIRST_WANTED_SHARE;
      return;
    }
    const share = (way: number) => WAY_SHARE[visit.lastType * WAYS + way]!;
    this.wantedShare = share(WANTED);
    this.frontShare = share(FRONT_PAGE);
    const last = this.place(visit.recent[0]!);
    this.fixedViews[last]! += share(STAY);
    this.fixedOthers[last]! += share(FUNNEL);

    const inCart = visit.nextInCart;
    if (inCart >= 0) this.fixedOthers[this.place(inCart)]! += share(CHECKOUT);
    else this.wantedShare += share(CHECKOUT);

    if (visit.recentCount < 2) this.wantedShare += share(RETURN);
    else {
      let probability = share(RETURN) * visit.returnProbability(1);
      for (let i = 1; i < visit.recentCount; i++, probability *= RETURN_DECAY)
        this.fixedViews[this.place(visit.recent[i]!)]! += probability;
    }

    const anchors = Math.min(2, visit.recentCount);
    for (let a = 0; a < anchors; a++) {
      const anchorShare = anchors === 1 ? 1 : a === 0 ? 1 - PREVIOUS_ANCHOR_SHARE : PREVIOUS_ANCHOR_SHARE;
      this.neighbours.loadSimilar(visit.recent[a]!);
      this.addNeighbours(share(SIMILAR) * anchorShare);
      this.neighbours.loadComplements(visit.recent[a]!);
      this.addNeighbours(share(COMPLEMENT) * anchorShare);
    }
  }

  private addNeighbours(share: number): void {
    const { neighbours, weights, byTaste, firstTaste, tastesEnd } = this;
    const { cellOfSlot } = this.shopDay.shop;
    if (neighbours.count === 0) {
      this.wantedShare += share;
      return;
    }
    for (let taste = firstTaste; taste < tastesEnd; taste++) weights[taste] = share / neighbours.total(taste);
    for (let i = 0; i < neighbours.count; i++) {
      const slot = neighbours.slots[i]!;
      const row = this.place(slot) * TASTES;
      const cell = cellOfSlot[slot]! % CELLS;
      for (let taste = firstTaste; taste < tastesEnd; taste++) {
        byTaste[row + taste]! += weights[taste]! * neighbours.weights[i]! * AFFINITY[taste * CELLS + cell]!;
      }
    }
  }

  /** Where an item stands in {@link slots}, -1 if it does not. */
  find(slot: number): number {
    const place = this.places[slot]!;
    return place < this.count && this.slots[place] === slot ? place : -1;
  }

  private place(slot: number): number {
    const found = this.find(slot);
    if (found >= 0) return found;
    const added = this.count++;
    this.slots[added] = slot;
    this.places[slot] = added;
    this.fixedViews[added] = 0;
    this.fixedOthers[added] = 0;
    for (let taste = this.firstTaste; taste < this.tastesEnd; taste++)
      this.byTaste[added * TASTES + taste] = 0;
    return added;
  }
}
