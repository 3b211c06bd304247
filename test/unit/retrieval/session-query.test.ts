import { describe, expect, it } from 'vitest';
import { StringIndex } from '../../../src/domain/string-column.js';
import { QUERY_EVENTS, SessionQuery } from '../../../src/retrieval/session-query.js';
import { eventTable, FIRST_DAY_MS } from '../../support/event-table.js';

const events = eventTable([['a', ['b', 'add_to_cart'], 'a', ['b', 'view'], 'c']]);

/** The parts of a query that retrievers and features read. */
function seen(query: SessionQuery) {
  const n = query.distinctCount;
  return {
    length: query.length,
    nowMs: query.nowMs,
    items: [...query.items.subarray(0, query.length)],
    distinct: [...query.distinctItems.subarray(0, n)],
    lags: [...query.lags.subarray(0, n)],
    counts: [...query.counts.subarray(0, n)],
    lastTypes: [...query.lastTypes.subarray(0, n)],
    highestTypes: [...query.highestTypes.subarray(0, n)],
  };
}

describe('SessionQuery', () => {
  it('lists distinct items, the most recent first, with lag, count and types', () => {
    expect(seen(new SessionQuery().fromTable(events, 0, 5))).toEqual({
      length: 5,
      nowMs: FIRST_DAY_MS + 40_000,
      items: [0, 1, 0, 1, 2],
      distinct: [2, 1, 0],
      lags: [0, 1, 2],
      counts: [1, 2, 2],
      lastTypes: [0, 0, 0],
      highestTypes: [0, 2, 0],
    });
  });

  it('is the same from a stored session as from the table', () => {
    const session = {
      sessionId: 's',
      eventCount: 5,
      events: [0, 1, 2, 3, 4].map((e) => ({
        itemId: events.items.at(events.itemIndex[e]!),
        eventType: events.eventType[e] === 2 ? ('add_to_cart' as const) : ('view' as const),
        timestampMs: events.timestampMs[e]!,
      })),
    };
    const stored = new SessionQuery().fromSession(session, StringIndex.of(events.items));
    expect(seen(stored)).toEqual(seen(new SessionQuery().fromTable(events, 0, 5)));
  });

  it('counts events of unknown items but does not list them', () => {
    const session = {
      sessionId: 's',
      eventCount: 2,
      events: [
        { itemId: 'a', eventType: 'view' as const, timestampMs: 1 },
        { itemId: 'new', eventType: 'view' as const, timestampMs: 2 },
      ],
    };
    const query = new SessionQuery().fromSession(session, StringIndex.of(events.items));
    expect(seen(query)).toMatchObject({ length: 2, nowMs: 2, items: [0, -1], distinct: [0], lags: [1] });
  });

  it('keeps the most recent events of a long session, and forgets the query before', () => {
    const long = eventTable([Array.from({ length: QUERY_EVENTS + 10 }, (_, i) => `i${i}`)]);
    const query = new SessionQuery().fromTable(long, 0, QUERY_EVENTS + 10);
    expect(query.length).toBe(QUERY_EVENTS);
    expect(query.items[0]).toBe(10);
    expect(seen(query.fromTable(events, 0, 1)).distinct).toEqual([0]);
    expect(seen(query.fromSession(null, StringIndex.of(events.items)))).toMatchObject({
      length: 0,
      nowMs: 0,
      distinct: [],
    });
  });
});
