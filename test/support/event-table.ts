import { EMPTY_CATALOGUE, type Catalogue } from '../../src/data/catalogue.js';
import { type EventTable } from '../../src/data/event-table.js';
import { type EventType, eventTypeCode } from '../../src/domain/event.js';
import { StringColumn } from '../../src/domain/string-column.js';
import { DAY_MS, SECOND_MS } from '../../src/domain/time.js';

/** An event of a test session: an item, or an item with a type. */
export type TestEvent = string | readonly [item: string, type: EventType];

export const FIRST_DAY_MS = Date.UTC(2026, 0, 1);

/**
 * An event table written by hand: session s happens on day s, its events ten seconds apart; items are numbered in order
 * of first appearance unless `items` lists them.
 */
export function eventTable(
  sessions: readonly (readonly TestEvent[])[],
  options: {
    items?: readonly string[];
    catalogue?: Partial<Catalogue>;
    clock?: EventTable['clock'];
    users?: readonly string[];
  } = {},
): EventTable {
  const ids = new Map((options.items ?? []).map((item, index) => [item, index]));
  const itemIndex: number[] = [];
  const eventType: number[] = [];
  const timestampMs: number[] = [];
  const sessionOffsets = [0];
  sessions.forEach((events, s) => {
    events.forEach((event, position) => {
      const [item, type] = typeof event === 'string' ? [event, 'view' as const] : event;
      if (!ids.has(item)) ids.set(item, ids.size);
      itemIndex.push(ids.get(item)!);
      eventType.push(eventTypeCode(type));
      timestampMs.push(
        options.clock === 'ordinal'
          ? itemIndex.length
          : FIRST_DAY_MS + s * DAY_MS + position * 10 * SECOND_MS,
      );
    });
    sessionOffsets.push(itemIndex.length);
  });
  const userNames = [...new Set(options.users ?? [])];
  return {
    source: 'test',
    clock: options.clock ?? 'real',
    sessionOffsets: Uint32Array.from(sessionOffsets),
    itemIndex: Uint32Array.from(itemIndex),
    eventType: Uint8Array.from(eventType),
    timestampMs: Float64Array.from(timestampMs),
    items: StringColumn.from(ids.keys()),
    sessionIds: StringColumn.from(sessions.map((_, s) => `s${s}`)),
    userIndex:
      options.users === undefined ? null : Int32Array.from(options.users, (user) => userNames.indexOf(user)),
    users: StringColumn.from(userNames),
    split: null,
    catalogue: { ...EMPTY_CATALOGUE, ...options.catalogue },
  };
}
