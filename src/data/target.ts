import { ADD_TO_CART, EVENT_TYPES, PURCHASE } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { type EventTable } from './event-table.js';

/** What is asked after the events of a session: its next item, the next one put into the cart, the next one bought. */
export const TARGETS = ['item', 'cart', 'purchase'] as const;

export type Target = (typeof TARGETS)[number];

/** Codes of domain/event.ts; null: events of any type. */
const EVENT_TYPE_OF: Readonly<Record<Target, number | null>> = {
  item: null,
  cart: ADD_TO_CART,
  purchase: PURCHASE,
};

/** The type of event that answers a target's questions, a code of domain/event.ts; null for events of any type. */
export function targetEventType(target: Target): number | null {
  return EVENT_TYPE_OF[target];
}

/**
 * What a target asks, as the beginning of a sentence of a protocol.
 *
 * @param sessions whose prefixes: "every test session"
 */
export function targetQuestion(target: Target, sessions: string): string {
  const wanted = targetEventType(target);
  if (wanted === null) return `Every prefix of ${sessions} predicts its next item`;
  const event = EVENT_TYPES[wanted]!;
  return `Every prefix of ${sessions} that ${event === 'add_to_cart' ? 'an' : 'a'} ${event} still follows predicts the item of the next one`;
}

/**
 * @throws NextItemError `invalid_option` when the events have none of the target's type: there is nothing to learn from
 *   and nothing to ask
 */
export function checkTarget(events: EventTable, target: Target): void {
  const wanted = targetEventType(target);
  if (wanted === null || events.eventType.includes(wanted)) return;
  throw new NextItemError(
    'invalid_option',
    `the events have no ${EVENT_TYPES[wanted]!}, so there is nothing to learn from or to ask for`,
    `--target ${target}`,
  );
}

/** In {@link answeringEvents}: nothing answers. */
export const NO_ANSWER = 0xffffffff;

/**
 * Which event answers each prefix: the first one after it that is of the target's type.
 *
 * @param firstSession @param sessionsEnd the sessions that are asked are [firstSession, sessionsEnd)
 * @returns [events of these sessions] at the place of event e (counted from the first session's first event) the event
 *   that answers the prefix of its session that ends just before e; {@link NO_ANSWER} if none does, and where there is
 *   no prefix: at the first event of each session
 */
export function answeringEvents(
  { sessionOffsets, eventType }: EventTable,
  firstSession: number,
  sessionsEnd: number,
  target: Target,
): Uint32Array {
  const first = sessionOffsets[firstSession]!;
  const wanted = targetEventType(target);
  const answers = new Uint32Array(sessionOffsets[sessionsEnd]! - first);
  for (let s = firstSession; s < sessionsEnd; s++) {
    const start = sessionOffsets[s]!;
    let answer = NO_ANSWER;
    for (let e = sessionOffsets[s + 1]! - 1; e > start; e--) {
      if (wanted === null || eventType[e] === wanted) answer = e;
      answers[e - first] = answer;
    }
    if (start < sessionOffsets[s + 1]!) answers[start - first] = NO_ANSWER;
  }
  return answers;
}
