import { PURCHASE, VIEW } from '../../domain/event.js';
import { Random } from '../../domain/random.js';
import { DAY_MS } from '../../domain/time.js';
import { Arrivals } from './arrivals.js';
import {
  CHECKOUT,
  COMPLEMENT,
  COMPLEMENT_NEED_SHARE,
  endProbability,
  FIRST_WANTED_SHARE,
  FRONT_PAGE,
  FUNNEL,
  MAX_SESSION_EVENTS,
  NEED_CHANGE_SHARE,
  nextStage,
  pauseMs,
  PREVIOUS_ANCHOR_SHARE,
  RETURN,
  RETURN_DECAY,
  SIMILAR,
  STAY,
  WANTED,
  WAY_SHARE,
  WAYS,
} from './behaviour.js';
import { COMPLEMENT_SHARE } from './categories.js';
import { Neighbours } from './neighbours.js';
import { type Shop } from './shop.js';
import { ShopDay } from './shop-day.js';
import { newNeed, Shoppers } from './shoppers.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';
import { Visit } from './visit.js';

/**
 * Generates the sessions of a simulation one after the other, in the order they begin, into arrays of its own. Memory
 * is that of the shop and one day, whatever the number of events.
 */
export class SessionGenerator {
  /** Number of the session in the arrays, from 0 in the order sessions begin; -1 before the first. */
  sessionNumber = -1;
  /** Its user, -1 for a guest. */
  user = -1;
  /** Its events, 1 .. {@link MAX_SESSION_EVENTS}. */
  length = 0;
  /** [length] item numbers. */
  readonly items = new Uint32Array(MAX_SESSION_EVENTS);
  /** [length] codes of domain/event.ts. */
  readonly types = new Uint8Array(MAX_SESSION_EVENTS);
  /** [length] milliseconds since 1970 UTC, whole numbers, rising. All on one day of the shop. */
  readonly timesMs = new Float64Array(MAX_SESSION_EVENTS);
  /** Day of the shop, from 0. */
  day = 0;

  private readonly random: Random;
  private readonly arrivals: Arrivals;
  private readonly shopDay: ShopDay;
  private readonly shoppers: Shoppers;
  private readonly neighbours: Neighbours;
  private readonly visit = new Visit();
  private need = 0;
  private taste = 0;

  constructor(private readonly shop: Shop) {
    const random = new Random(shop.options.seed).fork(2);
    this.arrivals = new Arrivals(shop.options, random.fork(1));
    this.random = random.fork(2);
    this.shopDay = new ShopDay(shop);
    this.shoppers = new Shoppers(shop);
    this.neighbours = new Neighbours(this.shopDay);
  }

  /** Puts the next session into the arrays; false if there is none. */
  next(): boolean {
    let timeMs = this.arrivals.nextMs();
    if (timeMs < 0) return false;
    const { random, visit, shop } = this;
    this.sessionNumber++;
    this.day = Math.floor((timeMs - shop.options.startMs) / DAY_MS);
    this.shopDay.load(this.day);
    const dayEndMs = shop.options.startMs + (this.day + 1) * DAY_MS;

    this.user = random.next() < shop.options.guestShare ? -1 : this.shoppers.userAt(random.next());
    this.taste = this.user < 0 ? this.shoppers.guestTaste(random.next()) : this.shoppers.tasteOf(this.user);
    this.need = this.shoppers.firstNeed(this.user, this.shopDay, random.next(), random.next());
    visit.begin();
    this.length = 0;
    this.add(random.next() < FIRST_WANTED_SHARE ? this.wanted() : this.frontPage(), VIEW, timeMs);
    while (visit.length < MAX_SESSION_EVENTS) {
      if (random.next() < endProbability(visit.length, visit.lastType, visit.cartSize)) break;
      timeMs += pauseMs(visit.lastType, random.normal());
      // What is on sale and how popular it is changes with the day: a session sees one day only.
      if (timeMs >= dayEndMs) break;
      this.changeNeed();
      this.goOn(timeMs);
    }
    return true;
  }

  private add(slot: number, type: number, timeMs: number): void {
    this.visit.add(slot, type);
    this.items[this.length] = this.shop.itemOfSlot[slot]!;
    this.types[this.length] = type;
    this.timesMs[this.length++] = timeMs;
  }

  private changeNeed(): void {
    const { random, visit, shopDay } = this;
    if (visit.lastType !== PURCHASE) {
      if (random.next() < NEED_CHANGE_SHARE) this.need = newNeed(shopDay, random.next());
      return;
    }
    if (random.next() >= COMPLEMENT_NEED_SHARE) {
      this.need = newNeed(shopDay, random.next());
      return;
    }
    const bought = Math.floor(this.shop.cellOfSlot[visit.recent[0]!]! / CELLS);
    const complements = this.shop.categories.complements[bought]!;
    const shares = COMPLEMENT_SHARE[complements.length]!;
    let which = 0;
    for (let left = random.next() - shares[0]!; left >= 0 && which < shares.length - 1;)
      left -= shares[++which]!;
    this.need = complements[which]!;
  }

  private goOn(timeMs: number): void {
    const { random, visit } = this;
    const row = visit.lastType * WAYS;
    let way = 0;
    for (let left = random.next() - WAY_SHARE[row]!; left >= 0 && way < WAYS - 1;)
      left -= WAY_SHARE[row + ++way]!;
    let slot = -1;
    let type = VIEW;
    if (way === STAY) slot = visit.recent[0]!;
    else if (way === FUNNEL) {
      slot = visit.recent[0]!;
      type = nextStage(visit.lastType);
    } else if (way === CHECKOUT) {
      slot = visit.nextInCart;
      if (slot >= 0) type = PURCHASE;
    } else if (way === RETURN) slot = this.earlier();
    else if (way === SIMILAR || way === COMPLEMENT) slot = this.neighbour(way);
    else if (way === FRONT_PAGE) slot = this.frontPage();
    if (way === WANTED || slot < 0) slot = this.wanted();
    this.add(slot, type, timeMs);
  }

  /** An earlier item of the session, -1 if there is none: the inverse of {@link Visit.returnProbability}'s sum. */
  private earlier(): number {
    const { recent, recentCount } = this.visit;
    if (recentCount < 2) return -1;
    const unit = this.random.next() * (1 - RETURN_DECAY ** (recentCount - 1));
    const place = 1 + Math.floor(Math.log(1 - unit) / Math.log(RETURN_DECAY));
    return recent[Math.min(place, recentCount - 1)]!;
  }

  private neighbour(way: number): number {
    const { random, visit, neighbours } = this;
    const anchor =
      visit.recentCount > 1 && random.next() < PREVIOUS_ANCHOR_SHARE ? visit.recent[1]! : visit.recent[0]!;
    if (way === SIMILAR) neighbours.loadSimilar(anchor);
    else neighbours.loadComplements(anchor);
    return neighbours.pick(this.taste, random.next());
  }

  /** An item of the needed category: first its cell by taste and popularity, then the item by popularity. */
  private wanted(): number {
    const { random, shopDay, need, taste, shop } = this;
    const { cumulative } = shopDay;
    let left = random.next() * shopDay.tasteTotal[need * TASTES + taste]!;
    let chosen = -1;
    for (let cell = 0; cell < CELLS; cell++) {
      const at = need * CELLS + cell;
      const mass = cumulative[shop.cellStart[at + 1]!]! - cumulative[shop.cellStart[at]!]!;
      if (mass <= 0) continue;
      chosen = at;
      left -= mass * AFFINITY[taste * CELLS + cell]!;
      if (left < 0) break;
    }
    const from = shop.cellStart[chosen]!;
    const to = shop.cellStart[chosen + 1]!;
    const start = cumulative[from]!;
    return shopDay.slotAt(start + random.next() * (cumulative[to]! - start), from, to);
  }

  private frontPage(): number {
    const { random, shopDay } = this;
    return shopDay.slotAt(random.next() * shopDay.total, 0, shopDay.popularity.length);
  }
}
