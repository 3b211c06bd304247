import { PURCHASE, VIEW } from '../../domain/event.js';
import { type Random } from '../../domain/random.js';
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
} from './behaviour.js';
import { COMPLEMENT_SHARE } from './categories.js';
import { Neighbours } from './neighbours.js';
import { type ShopDay } from './shop-day.js';
import { newNeed } from './shoppers.js';
import { AFFINITY, CELLS, TASTES } from './tastes.js';
import { Visit } from './visit.js';

/**
 * One shopper during one visit: what is hidden (need and taste), what can be seen, and what is done next. The day must be
 * loaded into `shopDay`. Every event is in {@link slot} and {@link type}, and in {@link visit}.
 */
export class Shopper {
  need = 0;
  taste = 0;
  readonly visit: Visit;
  /** Of the latest event. */
  slot = 0;
  type = VIEW;

  private readonly neighbours: Neighbours;

  /** @param capacity see {@link Visit} */
  constructor(
    private readonly shopDay: ShopDay,
    /** May be replaced at any time. */
    public random: Random,
    capacity?: number,
  ) {
    this.visit = new Visit(capacity);
    this.neighbours = new Neighbours(shopDay);
  }

  /** Begins a visit with its first view. */
  begin(need: number, taste: number): void {
    this.need = need;
    this.taste = taste;
    this.visit.begin();
    this.add(this.random.next() < FIRST_WANTED_SHARE ? this.wanted() : this.frontPage(), VIEW);
  }

  /** Between two events: lets the need change as behaviour.ts says. */
  changeNeed(): void {
    const { random, visit, shopDay } = this;
    if (visit.lastType !== PURCHASE) {
      if (random.next() < NEED_CHANGE_SHARE) this.need = newNeed(shopDay, random.next());
      return;
    }
    if (random.next() >= COMPLEMENT_NEED_SHARE) {
      this.need = newNeed(shopDay, random.next());
      return;
    }
    const { shop } = shopDay;
    const bought = Math.floor(shop.cellOfSlot[visit.recent[0]!]! / CELLS);
    const complements = shop.categories.complements[bought]!;
    const shares = COMPLEMENT_SHARE[complements.length]!;
    let which = 0;
    for (let left = random.next() - shares[0]!; left >= 0 && which < shares.length - 1;)
      left -= shares[++which]!;
    this.need = complements[which]!;
  }

  /** Does one more thing, by the shares of the last event's type. */
  goOn(): void {
    const row = this.visit.lastType * WAYS;
    let way = 0;
    for (let left = this.random.next() - WAY_SHARE[row]!; left >= 0 && way < WAYS - 1;)
      left -= WAY_SHARE[row + ++way]!;
    this.goOnBy(way);
  }

  /** Does one more thing in a given way; WANTED where that way is not open. */
  goOnBy(way: number): void {
    const { visit } = this;
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
    this.add(slot, type);
  }

  private add(slot: number, type: number): void {
    this.visit.add(slot, type);
    this.slot = slot;
    this.type = type;
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
    const { random, shopDay, need, taste } = this;
    const { cumulative, shop } = shopDay;
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
