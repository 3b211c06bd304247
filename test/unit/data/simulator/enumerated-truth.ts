import {
  CHECKOUT,
  COMPLEMENT,
  COMPLEMENT_NEED_SHARE,
  FIRST_WANTED_SHARE,
  FRONT_PAGE,
  FUNNEL,
  NEED_CHANGE_SHARE,
  nextStage,
  PREVIOUS_ANCHOR_SHARE,
  RETURN,
  RETURN_DECAY,
  SIMILAR,
  STAY,
  WANTED,
  WAY_SHARE,
  WAYS,
} from '../../../../src/data/simulator/behaviour.js';
import { COMPLEMENT_SHARE } from '../../../../src/data/simulator/categories.js';
import { Neighbours } from '../../../../src/data/simulator/neighbours.js';
import { type Shop } from '../../../../src/data/simulator/shop.js';
import { ShopDay } from '../../../../src/data/simulator/shop-day.js';
import { Shoppers } from '../../../../src/data/simulator/shoppers.js';
import { AFFINITY, CELLS, TASTE_SHARE, TASTES } from '../../../../src/data/simulator/tastes.js';
import { ADD_TO_CART, PURCHASE, VIEW } from '../../../../src/domain/event.js';

export type Step = readonly [item: number, type: number];

/**
 * The slow truth: P(events so far, next item) by summing over every taste and every sequence of needs a session can have
 * had, written from the rules in behaviour.ts without the filter, the mixture or the visit. Exponential in the length.
 */
export class EnumeratedTruth {
  private readonly day: ShopDay;
  private readonly shoppers: Shoppers;
  /** What the past, a need and a taste lead to is asked for once on every path through them. */
  private readonly known = new Map<string, Map<number, number>>();

  constructor(private readonly shop: Shop) {
    this.day = new ShopDay(shop);
    this.shoppers = new Shoppers(shop);
  }

  /** [items] probability of each next item after the steps. */
  nextItems(dayNumber: number, steps: readonly Step[]): Float64Array {
    this.day.load(dayNumber);
    this.known.clear();
    const next = new Float64Array(this.shop.options.items);
    for (let taste = 0; taste < TASTES; taste++) {
      for (let need = 0; need < this.shop.categories.count; need++) {
        this.follow(steps, 0, need, taste, this.firstState(need, taste), next);
      }
    }
    const sum = next.reduce((a, b) => a + b, 0);
    return next.map((value) => value / sum);
  }

  private follow(
    steps: readonly Step[],
    at: number,
    need: number,
    taste: number,
    probability: number,
    next: Float64Array,
  ): void {
    if (probability === 0) return;
    const key = `${at},${need},${taste}`;
    const events = this.known.get(key) ?? this.eventProbabilities(steps.slice(0, at), need, taste);
    this.known.set(key, events);
    if (at === steps.length) {
      for (const [key, value] of events) next[Math.floor(key / 4)]! += probability * value;
      return;
    }
    const [item, type] = steps[at]!;
    const here = probability * (events.get(item * 4 + type) ?? 0);
    for (let then = 0; then < this.shop.categories.count; then++) {
      this.follow(steps, at + 1, then, taste, here * this.needChange(need, then, item, type), next);
    }
  }

  private firstState(need: number, taste: number): number {
    const { guestShare, users } = this.shop.options;
    let probability = guestShare * TASTE_SHARE[taste]! * this.day.need[need]!;
    for (let user = 0; user < users; user++) {
      if (this.shoppers.tasteOf(user) !== taste) continue;
      // userAt(u) = floor(users u^1.6)
      const comes = (1 - guestShare) * (((user + 1) / users) ** (1 / 1.6) - (user / users) ** (1 / 1.6));
      let wants = 0.4 * this.day.need[need]!;
      for (let which = 0; which < 3; which++)
        if (this.shoppers.favouriteOf(user, which) === need) wants += 0.6 / 3;
      probability += comes * wants;
    }
    return probability;
  }

  private needChange(need: number, then: number, item: number, type: number): number {
    const fresh = this.day.need[then]!;
    if (type !== PURCHASE) return (then === need ? 1 - NEED_CHANGE_SHARE : 0) + NEED_CHANGE_SHARE * fresh;
    const complements = this.shop.categories.complements[this.shop.catalogue.category[item]!]!;
    const which = complements.indexOf(then);
    const complement = which < 0 ? 0 : COMPLEMENT_SHARE[complements.length]![which]!;
    return COMPLEMENT_NEED_SHARE * complement + (1 - COMPLEMENT_NEED_SHARE) * fresh;
  }

  /** By item x 4 + type. */
  private eventProbabilities(past: readonly Step[], need: number, taste: number): Map<number, number> {
    const events = new Map<number, number>();
    const add = (item: number, type: number, value: number) =>
      events.set(item * 4 + type, (events.get(item * 4 + type) ?? 0) + value);
    const wanted = this.byWeight((item, popularity) =>
      this.shop.catalogue.category[item] === need ? popularity * this.affinity(taste, item) : 0,
    );
    const frontPage = this.byWeight((_, popularity) => popularity);
    const spread = (list: Map<number, number>, share: number) =>
      list.forEach((value, item) => add(item, VIEW, share * value));
    if (past.length === 0) {
      spread(wanted, FIRST_WANTED_SHARE);
      spread(frontPage, 1 - FIRST_WANTED_SHARE);
      return events;
    }
    const [lastItem, lastType] = past.at(-1)!;
    const distinct = [...new Set(past.map(([item]) => item).reverse())];
    let cart: number[] = [];
    for (const [item, type] of past) {
      if (type === ADD_TO_CART || type === PURCHASE) cart = cart.filter((other) => other !== item);
      if (type === ADD_TO_CART) cart.push(item);
    }
    for (let way = 0; way < WAYS; way++) {
      const share = WAY_SHARE[lastType * WAYS + way]!;
      if (share === 0) continue;
      if (way === STAY) add(lastItem, VIEW, share);
      if (way === FUNNEL) add(lastItem, nextStage(lastType), share);
      if (way === WANTED) spread(wanted, share);
      if (way === FRONT_PAGE) spread(frontPage, share);
      if (way === CHECKOUT) {
        if (cart.length > 0) add(cart.at(-1)!, PURCHASE, share);
        else spread(wanted, share);
      }
      if (way === RETURN) {
        const earlier = distinct.slice(1);
        const weights = earlier.map((_, place) => RETURN_DECAY ** place);
        const sum = weights.reduce((a, b) => a + b, 0);
        earlier.forEach((item, place) => add(item, VIEW, (share * weights[place]!) / sum));
        if (earlier.length === 0) spread(wanted, share);
      }
      if (way === SIMILAR || way === COMPLEMENT) {
        const anchors =
          distinct.length === 1
            ? [[distinct[0]!, 1]]
            : [
                [distinct[0]!, 1 - PREVIOUS_ANCHOR_SHARE],
                [distinct[1]!, PREVIOUS_ANCHOR_SHARE],
              ];
        for (const [anchor, part] of anchors) {
          const list = this.neighbours(way, anchor!, taste);
          spread(list.size > 0 ? list : wanted, share * part!);
        }
      }
    }
    return events;
  }

  private neighbours(way: number, item: number, taste: number): Map<number, number> {
    const neighbours = new Neighbours(this.day);
    if (way === SIMILAR) neighbours.loadSimilar(this.shop.slotOfItem[item]!);
    else neighbours.loadComplements(this.shop.slotOfItem[item]!);
    const weights = new Map<number, number>();
    for (let i = 0; i < neighbours.count; i++) {
      const other = this.shop.itemOfSlot[neighbours.slots[i]!]!;
      weights.set(other, neighbours.weights[i]! * this.affinity(taste, other));
    }
    return normalised(weights);
  }

  private byWeight(weight: (item: number, popularity: number) => number): Map<number, number> {
    const weights = new Map<number, number>();
    for (let item = 0; item < this.shop.options.items; item++) {
      weights.set(item, weight(item, this.day.popularity[this.shop.slotOfItem[item]!]!));
    }
    return normalised(weights);
  }

  private affinity(taste: number, item: number): number {
    return AFFINITY[taste * CELLS + (this.shop.cellOfSlot[this.shop.slotOfItem[item]!]! % CELLS)]!;
  }
}

function normalised(weights: Map<number, number>): Map<number, number> {
  const sum = [...weights.values()].reduce((a, b) => a + b, 0);
  return new Map([...weights].map(([item, weight]) => [item, weight / sum]));
}
