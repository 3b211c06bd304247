import { eventTable } from '../../../support/event-table.js';
import { type EventTable, sessionCount } from '../../../../src/data/event-table.js';
import { type RankingMethod } from '../../../../src/evaluation/methods.js';
import { SessionQuery } from '../../../../src/retrieval/session-query.js';
import { type KnownEvents, knownEvents } from '../../../../src/tables/known-events.js';

const QUERY = ['a', 'b'];

/**
 * Five past sessions, the oldest first, and a shopper who has seen a, then b. The last one but one shares nothing with
 * the shopper; the third holds b twice.
 */
export const PAST = [
  ['a', 'b', 'c'],
  ['a', 'd'],
  ['b', 'c', 'd', 'b'],
  ['c', 'e'],
  ['f', 'a', 'b', 'e'],
];

/** Past sessions and one to ask about, whose items may be new. A past session is one day older than the one after it. */
export class Shop {
  readonly known: KnownEvents;
  private readonly events: EventTable;

  constructor(
    past: readonly (readonly string[])[] = PAST,
    private readonly query: readonly string[] = QUERY,
  ) {
    this.events = eventTable([...past, query], { clock: 'ordinal' });
    // ORDINAL_DAYS days are this many sessions: one session a day.
    this.known = knownEvents(this.events, past.length, 100);
  }

  /** Score by item id, of the items that have one. */
  scores(method: RankingMethod): Record<string, number> {
    const last = sessionCount(this.events) - 1;
    const start = this.events.sessionOffsets[last]!;
    const { count, items, scores } = method.rank(
      new SessionQuery().fromTable(this.events, start, start + this.query.length),
    );
    return Object.fromEntries(
      Array.from({ length: count }, (_, place) => [this.events.items.at(items[place]!), scores[place]!]),
    );
  }
}

/** Compares two records of numbers to 12 decimals, keys included. */
export function rounded(scores: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(scores)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([item, score]) => [item, Number(score.toFixed(12))]),
  );
}
