import { type EventTable, filterEvents, sessionCount } from '../data/event-table.js';
import { type EvaluationCase } from './cases.js';

/**
 * Returning customers: each user's sessions (orders) joined in time; at every order from `firstTestSession` on, all
 * earlier orders predict its first item; `remaining` is the whole order. Users with one order give no case.
 *
 * @param events sessions are orders; without users there are no cases
 */
export function nextOrderTask(
  events: EventTable,
  firstTestSession: number,
): { events: EventTable; cases: EvaluationCase[] } {
  const { userIndex, sessionOffsets, itemIndex } = events;
  const ordersOf = new Map<number, number[]>();
  for (let s = 0; s < sessionCount(events); s++) {
    const user = userIndex?.[s] ?? -1;
    if (user < 0) continue;
    const orders = ordersOf.get(user);
    if (orders === undefined) ordersOf.set(user, [s]);
    else orders.push(s);
  }
  // Sessions are numbered in time, so each list is in time too.
  const returning = [...ordersOf].filter(
    ([, orders]) => orders.length > 1 && orders.at(-1)! >= firstTestSession,
  );
  const offsets = [0];
  const order: number[] = [];
  const cases: EvaluationCase[] = [];
  for (const [user, orders] of returning) {
    const start = order.length;
    for (const s of orders) {
      const boundary = order.length;
      for (let e = sessionOffsets[s]!; e < sessionOffsets[s + 1]!; e++) order.push(e);
      if (boundary > start && s >= firstTestSession) {
        cases.push({
          cluster: user,
          start,
          end: boundary,
          nextItem: itemIndex[sessionOffsets[s]!]!,
          remaining: itemIndex.subarray(sessionOffsets[s], sessionOffsets[s + 1]),
        });
      }
    }
    offsets.push(order.length);
  }
  const none = filterEvents(
    events,
    () => false,
    () => 1,
  );
  return {
    cases,
    events: {
      ...none,
      sessionOffsets: Uint32Array.from(offsets),
      itemIndex: Uint32Array.from(order, (e) => itemIndex[e]!),
      eventType: Uint8Array.from(order, (e) => events.eventType[e]!),
      timestampMs: Float64Array.from(order, (e) => events.timestampMs[e]!),
    },
  };
}
