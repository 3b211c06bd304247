import { Random } from '../../domain/random.js';
import { DAY_MS } from '../../domain/time.js';
import { Arrivals } from './arrivals.js';
import { endProbability, MAX_SESSION_EVENTS, pauseMs } from './behaviour.js';
import { type Shop } from './shop.js';
import { ShopDay } from './shop-day.js';
import { Shopper } from './shopper.js';
import { Shoppers } from './shoppers.js';

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
  private readonly shopper: Shopper;

  constructor(private readonly shop: Shop) {
    const random = new Random(shop.options.seed).fork(2);
    this.arrivals = new Arrivals(shop.options, random.fork(1));
    this.random = random.fork(2);
    this.shopDay = new ShopDay(shop);
    this.shoppers = new Shoppers(shop);
    this.shopper = new Shopper(this.shopDay, this.random);
  }

  /** Puts the next session into the arrays; false if there is none. */
  next(): boolean {
    let timeMs = this.arrivals.nextMs();
    if (timeMs < 0) return false;
    const { random, shop, shopper, shoppers } = this;
    const { visit } = shopper;
    this.sessionNumber++;
    this.day = Math.floor((timeMs - shop.options.startMs) / DAY_MS);
    this.shopDay.load(this.day);
    const dayEndMs = shop.options.startMs + (this.day + 1) * DAY_MS;

    this.user = random.next() < shop.options.guestShare ? -1 : shoppers.userAt(random.next());
    const taste = this.user < 0 ? shoppers.guestTaste(random.next()) : shoppers.tasteOf(this.user);
    const need = shoppers.firstNeed(this.user, this.shopDay, random.next(), random.next());
    this.length = 0;
    shopper.begin(need, taste);
    this.add(timeMs);
    while (visit.length < MAX_SESSION_EVENTS) {
      if (random.next() < endProbability(visit.length, visit.lastType, visit.cartSize)) break;
      timeMs += pauseMs(visit.lastType, random.normal());
      // What is on sale and how popular it is changes with the day: a session sees one day only.
      if (timeMs >= dayEndMs) break;
      shopper.changeNeed();
      shopper.goOn();
      this.add(timeMs);
    }
    return true;
  }

  private add(timeMs: number): void {
    const { slot, type } = this.shopper;
    this.items[this.length] = this.shop.itemOfSlot[slot]!;
    this.types[this.length] = type;
    this.timesMs[this.length++] = timeMs;
  }
}
