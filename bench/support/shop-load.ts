import { jsonPost, type WireRequest } from './wire-connection.js';
import { type Shoppers } from './shoppers.js';

/** A shopper's page asks this many turns after its event was sent. */
const TURNS_BETWEEN = 20;

/** One event to one recommendation, in turn: a shopper does something, and a little later the page asks. */
export function shopLoad(shoppers: Shoppers, k = 20): (n: number) => WireRequest {
  const pages: string[] = [];
  let events = 0;
  return (n) => {
    if (n % 2 === 0 || pages.length < TURNS_BETWEEN) {
      const { id, item, type } = shoppers.step(events);
      pages.push(id);
      const event = { session_id: id, item_id: item, event_type: type, event_id: `${id}-${events++}` };
      return { kind: 'event', bytes: jsonPost('/event', event) };
    }
    return { kind: 'recommend', bytes: jsonPost('/recommend', { session_id: pages.shift()!, k }) };
  };
}
