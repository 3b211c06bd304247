import { describe, expect, it } from 'vitest';
import { sessionCount } from '../../../src/data/event-table.js';
import {
  popularMethod,
  rankOf,
  repeatLastMethod,
  type RankingMethod,
} from '../../../src/evaluation/methods.js';
import { Random } from '../../../src/domain/random.js';
import { conservativeRank } from '../../../src/metrics/single-target.js';
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

describe('rankOf', () => {
  const answer = (scores: readonly number[]) => ({
    count: scores.length,
    items: scores.map((_, item) => item),
    scores,
  });

  it('puts the item behind everything of an equal score', () => {
    expect(rankOf(1, answer([3, 2, 2, 1]))).toBe(3);
    expect(rankOf(0, answer([3, 2, 2, 1]))).toBe(1);
    expect(rankOf(3, answer([0, 0, 0, 0]))).toBe(4);
  });

  it('is 0 for what was not answered and beyond the longest rank asked for', () => {
    expect(rankOf(7, answer([1, 2]))).toBe(0);
    expect(rankOf(0, answer([]))).toBe(0);
    const falling = answer(Array.from({ length: 21 }, (_, i) => -i));
    expect(rankOf(20, falling, 20)).toBe(0);
    expect(rankOf(20, falling)).toBe(21);
    expect(rankOf(19, falling, 20)).toBe(20);
    expect(rankOf(0, answer(Array<number>(21).fill(1)), 20)).toBe(0);
  });

  it('takes a score that is no number for the lowest', () => {
    expect(rankOf(1, answer([-5, NaN, -Infinity]))).toBe(3);
    expect(rankOf(0, answer([-5, NaN]))).toBe(1);
  });

  it('agrees with the conservative rank on random scores with many ties', () => {
    const random = new Random(3);
    for (let trial = 0; trial < 300; trial++) {
      const scores = Array.from({ length: 1 + random.below(40) }, () => random.below(8));
      const item = random.below(scores.length);
      const rank = conservativeRank(scores, scores.length, item);
      expect(rankOf(item, answer(scores), 20)).toBe(rank > 20 ? 0 : rank);
    }
  });
});
