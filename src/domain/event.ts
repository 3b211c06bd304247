/** The four things a shopper can do with an item. The position in this list is the code stored in tables and bundles. */
export const EVENT_TYPES = ['view', 'click', 'add_to_cart', 'purchase'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** Codes of {@link EVENT_TYPES}, for typed-array columns. */
export const VIEW = 0;
export const CLICK = 1;
export const ADD_TO_CART = 2;
export const PURCHASE = 3;

const CODE_OF: ReadonlyMap<string, number> = new Map(EVENT_TYPES.map((type, code) => [type, code]));

/** The code of an event type's name, or -1 for a name that is not one of {@link EVENT_TYPES}. */
export function eventTypeCode(name: string): number {
  return CODE_OF.get(name) ?? -1;
}

/** One thing that happened in a session, as the shop sent it and as the session store keeps it. */
export interface SessionEvent {
  readonly itemId: string;
  readonly eventType: EventType;
  /** When it happened, milliseconds since 1970-01-01 UTC. */
  readonly timestampMs: number;
  /** The caller's id for this event: a second event of the session with the same id is not counted again. */
  readonly eventId?: string;
  /** Whatever the shop attached; kept, never interpreted. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}
