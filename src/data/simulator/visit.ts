import { ADD_TO_CART, PURCHASE, VIEW } from '../../domain/event.js';
import { MAX_SESSION_EVENTS, RETURN_DECAY } from './behaviour.js';

/** What anyone can see of a session so far; the simulation and the truth share it. Items are slots. */
export class Visit {
  /** Events so far. */
  length = 0;
  lastType = VIEW;
  /** Different items, the latest first: `recent[0]` is the last event's, `recent[1]` the one before it. */
  readonly recent: Int32Array;
  recentCount = 0;
  /** Items in the cart, the one put in last at the end. */
  readonly cart: Int32Array;
  cartSize = 0;

  /** @param capacity events a session can have at most */
  constructor(capacity = MAX_SESSION_EVENTS) {
    this.recent = new Int32Array(capacity);
    this.cart = new Int32Array(capacity);
  }

  begin(): void {
    this.length = 0;
    this.lastType = VIEW;
    this.recentCount = 0;
    this.cartSize = 0;
  }

  /** Makes this visit what another one is. @param other of the same capacity */
  copyFrom(other: Visit): void {
    this.length = other.length;
    this.lastType = other.lastType;
    this.recentCount = other.recentCount;
    this.cartSize = other.cartSize;
    for (let i = 0; i < other.recentCount; i++) this.recent[i] = other.recent[i]!;
    for (let i = 0; i < other.cartSize; i++) this.cart[i] = other.cart[i]!;
  }

  /** A session longer than the capacity (none of the simulation's own) forgets what was longest ago. */
  add(slot: number, type: number): void {
    const { recent, cart } = this;
    this.length++;
    this.lastType = type;
    let place = 0;
    while (place < this.recentCount && recent[place] !== slot) place++;
    if (place === this.recentCount) {
      if (place < recent.length) this.recentCount++;
      else place--;
    }
    for (; place > 0; place--) recent[place] = recent[place - 1]!;
    recent[0] = slot;

    if (type !== ADD_TO_CART && type !== PURCHASE) return;
    let kept = 0;
    const oldest = type === ADD_TO_CART && this.cartSize === cart.length ? 1 : 0;
    for (let i = oldest; i < this.cartSize; i++) if (cart[i] !== slot) cart[kept++] = cart[i]!;
    if (type === ADD_TO_CART) cart[kept++] = slot;
    this.cartSize = kept;
  }

  /** The item CHECKOUT buys, -1 with an empty cart. */
  get nextInCart(): number {
    return this.cartSize === 0 ? -1 : this.cart[this.cartSize - 1]!;
  }

  /** The probability that RETURN goes to `recent[place]`. @param place 1 .. recentCount - 1 */
  returnProbability(place: number): number {
    const all = (1 - RETURN_DECAY ** (this.recentCount - 1)) / (1 - RETURN_DECAY);
    return RETURN_DECAY ** (place - 1) / all;
  }
}
