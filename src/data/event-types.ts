import { eventTypeCode, type EventType } from '../domain/event.js';

/** Names that shops and public data sets use for the four event types, in lower case; `drop` is left out on purpose. */
const KNOWN_TYPES: Readonly<Record<string, EventType | 'drop'>> = {
  view: 'view',
  views: 'view',
  viewed: 'view',
  detail: 'view',
  click: 'click',
  clicks: 'click',
  clicked: 'click',
  add_to_cart: 'add_to_cart',
  addtocart: 'add_to_cart',
  'add-to-cart': 'add_to_cart',
  add: 'add_to_cart',
  cart: 'add_to_cart',
  carts: 'add_to_cart',
  purchase: 'purchase',
  purchases: 'purchase',
  buy: 'purchase',
  buys: 'purchase',
  order: 'purchase',
  orders: 'purchase',
  transaction: 'purchase',
  transactions: 'purchase',
  // The opposite of interest in an item; none of the four types.
  remove_from_cart: 'drop',
  removefromcart: 'drop',
  cancel: 'drop',
  cancellation: 'drop',
  refund: 'drop',
  return: 'drop',
};

/** The row is left out on purpose. */
export const DROPPED = -2;
/** The name is not known. */
export const UNKNOWN = -1;

/** From a source's names to codes of domain/event.ts, or {@link DROPPED} or {@link UNKNOWN}. */
export class EventTypeMap {
  private readonly codes: ReadonlyMap<string, number>;

  /** @param extra names on top of the known ones; they win */
  constructor(extra: Readonly<Record<string, EventType | 'drop'>> = {}) {
    const lower = Object.entries(extra).map(([name, type]) => [name.toLowerCase(), type] as const);
    this.codes = new Map(
      [...Object.entries(KNOWN_TYPES), ...lower].map(([name, type]) => [
        name,
        type === 'drop' ? DROPPED : eventTypeCode(type),
      ]),
    );
  }

  /** Case does not count. */
  codeOf(name: string): number {
    return this.codes.get(name.toLowerCase()) ?? UNKNOWN;
  }
}
