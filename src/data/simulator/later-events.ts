import { ADD_TO_CART, CLICK, VIEW } from '../../domain/event.js';
import { Random } from '../../domain/random.js';
import { DAY_MS } from '../../domain/time.js';
import { type Target } from '../target.js';
import {
  CHECKOUT,
  endProbability,
  FUNNEL,
  MAX_PAUSE_MS,
  MAX_SESSION_EVENTS,
  pauseMs,
  WAY_SHARE,
  WAYS,
} from './behaviour.js';
import { CellHeads } from './cell-heads.js';
import { NextEventMixture } from './next-event-mixture.js';
import { type SessionPosterior, VISIT_CAPACITY } from './session-posterior.js';
import { Shopper } from './shopper.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';
import { type TopItems } from './top-items.js';

/** Targets that later events answer, not only the very next one. */
export type LaterTarget = Exclude<Target, 'item'>;

/** Continuations of a session that an answer is made of, unless a caller wants others. */
export const DEFAULT_CONTINUATIONS = 128;

/** Every answer is made from the same random numbers: the same session gives the same one. */
const SEED = 20_250_901;

/**
 * Purchases are rare, so continuations take the next step of the funnel this often and weigh less for it (importance
 * sampling). By the last event's type.
 */
const FUNNEL_SHARE_DRAWN = { [VIEW]: 0.35, [CLICK]: 0.5 } as const;

/** A continuation of less weight goes on with probability weight / this, with this weight (Russian roulette). */
const SMALLEST_WEIGHT = 0.05;

/**
 * The distribution of the item that a session puts into the cart next, or buys next, given that it does: estimated,
 * because the exact sum runs over all that may happen until then.
 *
 * The hidden state is drawn from the exact posterior (systematic sampling), and the session is continued from there by the
 * shop's own rules. What can be summed exactly on the way is: at every step of every continuation, all items that might be
 * viewed next and then go straight through the funnel (the usual way into a cart), and what is in the cart and might be
 * bought now. Draws then leave out what was counted. So each continuation adds probability to thousands of items, and the
 * estimate converges to the exact distribution as their number grows: it is unbiased up to the division by its sum.
 */
export class LaterEvents {
  private readonly shopper: Shopper;
  private readonly mixture: NextEventMixture;
  private readonly heads: CellHeads;
  /** [slots] probability beyond what comes from popularity; above 0 for {@link listed} only. */
  private readonly own: Float64Array;
  private readonly listed: Int32Array;
  private listedCount = 0;
  /** [categories x CELLS] and for the whole shop: what an item's popularity is to be multiplied with. */
  private readonly byCell: Float64Array;
  private everywhere = 0;
  private dayEndMs = 0;

  constructor(private readonly posterior: SessionPosterior) {
    const { shopDay, shop } = posterior;
    this.shopper = new Shopper(shopDay, new Random(SEED), VISIT_CAPACITY);
    this.mixture = new NextEventMixture(shopDay, this.shopper.visit);
    this.heads = new CellHeads(shopDay);
    this.own = new Float64Array(shop.options.items);
    this.listed = new Int32Array(shop.options.items);
    this.byCell = new Float64Array(shop.categories.count * CELLS);
  }

  /**
   * Puts the most probable items into `top`, with their estimated probabilities.
   *
   * @param lastTimeMs of the latest event that the posterior observed: no session lasts beyond the shop's day
   */
  top(top: TopItems, target: LaterTarget, lastTimeMs: number, continuations = DEFAULT_CONTINUATIONS): void {
    this.estimate(target, lastTimeMs, continuations);
    const { own, listed, byCell, heads } = this;
    const { shopDay, shop } = this.posterior;
    const sum = this.sum();
    top.clear();
    if (!(sum > 0)) return;
    heads.load();
    for (let i = 0; i < this.listedCount; i++) {
      const slot = listed[i]!;
      const factor = byCell[shop.cellOfSlot[slot]!]! + this.everywhere;
      top.add(shop.itemOfSlot[slot]!, (own[slot]! + shopDay.popularity[slot]! * factor) / sum);
    }
    for (let cell = 0; cell < byCell.length; cell++) {
      const factor = (byCell[cell]! + this.everywhere) / sum;
      if (!top.takes(factor * heads.highest[cell]!)) continue;
      for (const slot of heads.of(cell)) {
        const probability = factor * shopDay.popularity[slot]!;
        if (!top.takes(probability)) break;
        if (own[slot] === 0) top.add(shop.itemOfSlot[slot]!, probability);
      }
    }
  }

  private estimate(target: LaterTarget, lastTimeMs: number, continuations: number): void {
    const { posterior, shopper, own, listed } = this;
    const { state, visit, shop } = posterior;
    for (let i = 0; i < this.listedCount; i++) own[listed[i]!] = 0;
    this.listedCount = 0;
    this.byCell.fill(0);
    this.everywhere = 0;
    const { startMs } = shop.options;
    this.dayEndMs = startMs + (Math.floor((lastTimeMs - startMs) / DAY_MS) + 1) * DAY_MS;
    if (visit.length === 0) return;

    shopper.random = new Random(SEED);
    const shift = shopper.random.next();
    let at = 0;
    let before = 0;
    for (let n = 0; n < continuations; n++) {
      const point = (n + shift) / continuations;
      while (at < state.length - 1 && before + state[at]! <= point) before += state[at++]!;
      shopper.need = Math.floor(at / TASTES);
      shopper.taste = at % TASTES;
      shopper.visit.copyFrom(visit);
      // What the last known event may lead to at once: later ones are counted before they are drawn.
      this.addItem(visit.recent[0]!, this.straight(target, visit.lastType, visit.length, lastTimeMs));
      this.goOn(target, lastTimeMs);
    }
  }

  /** One continuation, until it ends. */
  private goOn(target: LaterTarget, lastTimeMs: number): void {
    const { shopper } = this;
    const { visit, random } = shopper;
    let timeMs = lastTimeMs;
    let weight = 1;
    for (;;) {
      if (visit.length >= MAX_SESSION_EVENTS) return;
      const type = visit.lastType;
      weight *= 1 - endProbability(visit.length, type, visit.cartSize);
      timeMs += pauseMs(type, random.normal());
      if (timeMs >= this.dayEndMs) return;
      this.addViews(weight * this.straight(target, VIEW, visit.length + 1, timeMs));
      const inCart = visit.nextInCart;
      // After add_to_cart the checkout was counted with the view that led there.
      if (target === 'purchase' && inCart >= 0 && type !== ADD_TO_CART)
        this.addItem(inCart, weight * WAY_SHARE[type * WAYS + CHECKOUT]!);
      if (weight < SMALLEST_WEIGHT) {
        if (random.next() * SMALLEST_WEIGHT >= weight) return;
        weight = SMALLEST_WEIGHT;
      }
      weight *= this.drawEvent(target);
      if (!(weight > 0)) return;
      shopper.changeNeed();
    }
  }

  /**
   * Lets the shopper do one more thing that does not answer: not put into the cart, where that is asked, not buy, where
   * that is. The probability of the draw is not that of the shop; @returns what the continuation's weight must be
   * multiplied with.
   */
  private drawEvent(target: LaterTarget): number {
    const { shopper } = this;
    const { visit, random } = shopper;
    const row = visit.lastType * WAYS;
    const answers =
      target === 'cart' ? (visit.lastType === CLICK ? FUNNEL : -1) : visit.nextInCart >= 0 ? CHECKOUT : -1;
    const funnel = WAY_SHARE[row + FUNNEL]!;
    const drawnFunnel =
      target === 'purchase' && (visit.lastType === VIEW || visit.lastType === CLICK)
        ? FUNNEL_SHARE_DRAWN[visit.lastType]
        : answers === FUNNEL
          ? 0
          : funnel;
    if (drawnFunnel > 0 && random.next() < drawnFunnel) {
      shopper.goOnBy(FUNNEL);
      return funnel / drawnFunnel;
    }
    let others = 0;
    for (let way = 0; way < WAYS; way++)
      if (way !== FUNNEL && way !== answers) others += WAY_SHARE[row + way]!;
    let way = -1;
    let chosen = -1;
    for (let left = random.next() * others; left >= 0 && ++way < WAYS;) {
      if (way === FUNNEL || way === answers) continue;
      chosen = way;
      left -= WAY_SHARE[row + way]!;
    }
    shopper.goOnBy(chosen);
    return others / (1 - drawnFunnel);
  }

  /**
   * The probability that an event of this type is followed, without anything between, by the rest of the funnel up to the
   * answer; 0 from types that are past it.
   *
   * @param length events of the session, this one included @param timeMs of this one
   */
  private straight(target: LaterTarget, type: number, length: number, timeMs: number): number {
    const last = target === 'cart' ? CLICK : ADD_TO_CART;
    if (type > last) return 0;
    let probability = 1;
    for (let stage = type; stage <= last; stage++) {
      if (length + stage - type >= MAX_SESSION_EVENTS) return 0;
      // What is in the cart counts after a purchase only.
      const goesOn = 1 - endProbability(length + stage - type, stage, 0);
      probability *= goesOn * WAY_SHARE[stage * WAYS + (stage === ADD_TO_CART ? CHECKOUT : FUNNEL)]!;
    }
    if (this.dayEndMs - timeMs > (last - type + 1) * MAX_PAUSE_MS) return probability;
    let then = timeMs;
    for (let stage = type; stage <= last; stage++) then += pauseMs(stage, this.shopper.random.normal());
    return then < this.dayEndMs ? probability : 0;
  }

  /** Adds probability to all items by how likely they are viewed next. */
  private addViews(weight: number): void {
    if (weight === 0) return;
    const { mixture, byCell } = this;
    const { need, taste, visit } = this.shopper;
    const { shopDay } = this.posterior;
    mixture.load(visit, taste);
    for (let i = 0; i < mixture.count; i++) {
      const probability = mixture.fixedViews[i]! + mixture.byTaste[i * TASTES + taste]!;
      this.addItem(mixture.slots[i]!, weight * probability);
    }
    this.everywhere += (weight * mixture.frontShare) / shopDay.total;
    const wanted = (weight * mixture.wantedShare) / shopDay.tasteTotal[need * TASTES + taste]!;
    for (let cell = 0; cell < CELLS; cell++)
      byCell[need * CELLS + cell]! += wanted * AFFINITY[taste * CELLS + cell]!;
  }

  private addItem(slot: number, probability: number): void {
    if (!(probability > 0)) return;
    if (this.own[slot] === 0) this.listed[this.listedCount++] = slot;
    this.own[slot]! += probability;
  }

  /** Of all items' probabilities. */
  private sum(): number {
    const { own, listed, byCell } = this;
    const { shopDay, shop } = this.posterior;
    let sum = this.everywhere * shopDay.total;
    for (let i = 0; i < this.listedCount; i++) sum += own[listed[i]!]!;
    for (let cell = 0; cell < byCell.length; cell++)
      sum +=
        byCell[cell]! *
        (shopDay.cumulative[shop.cellStart[cell + 1]!]! - shopDay.cumulative[shop.cellStart[cell]!]!);
    return sum;
  }
}
