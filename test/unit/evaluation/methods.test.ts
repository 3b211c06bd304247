import { describe, expect, it } from 'vitest';
import { sessionCount } from '../../../src/data/event-table.js';
import { popularMethod, repeatLastMethod, type RankingMethod } from '../../../src/evaluation/methods.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { DEFAULT_TABLE_SETTINGS } from '../../../src/tables/settings.js';
import { buildTables } from '../../../src/tables/table-set.js';
import { eventTable } from '../../support/event-table.js';

// a is by far the most popular, then b, then c.
const events = eventTable([['a', 'a', 'a', 'a', 'b', 'b', 'c'], ['a', 'a', 'b'], ['a', 'c', 'b']]); // prettier-ignore
const tables = buildTables(events, {
  sessionsEnd: sessionCount(events),
  scaleSessions: sessionCount(events),
  settings: DEFAULT_TABLE_SETTINGS,
});

/** Item ids by score, best first, for the first `known` events of the last session. */
function answer(method: RankingMethod, known: number): string[] {
  const { count, items, scores } = method.rank(
    new SessionQuery().fromTable(events, events.sessionOffsets[2]!, events.sessionOffsets[2]! + known),
  );
  return Array.from({ length: count }, (_, c) => c)
    .sort((x, y) => scores[y]! - scores[x]!)
    .map((c) => events.items.at(items[c]!));
}

describe('baselines', () => {
  it('"popular" answers the same to everyone', () => {
    expect(answer(popularMethod(tables), 1)).toEqual(['a', 'b', 'c']);
    expect(answer(popularMethod(tables), 2)).toEqual(['a', 'b', 'c']);
  });

  it('"repeat last" goes by recency alone, however popular an earlier item is', () => {
    expect(answer(repeatLastMethod(tables), 1)).toEqual(['a', 'b', 'c']);
    expect(answer(repeatLastMethod(tables), 2)).toEqual(['c', 'a', 'b']);
    expect(answer(repeatLastMethod(tables), 3)).toEqual(['b', 'c', 'a']);
  });
});
