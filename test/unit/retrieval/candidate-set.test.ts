import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';

const CATALOGUE = 5000;
const SOURCES = 3;
const LIMIT = 4;

/** One query: per source the (item, score) it adds. */
const additions = fc.array(
  fc.array(fc.tuple(fc.nat({ max: CATALOGUE - 1 }), fc.integer({ min: 1, max: 5 })), { maxLength: 40 }),
  { minLength: SOURCES, maxLength: SOURCES },
);

function expected(query: [number, number][][]) {
  const sums = query.map((source) => {
    const sum = new Map<number, number>();
    for (const [item, score] of source) sum.set(item, (sum.get(item) ?? 0) + score);
    return sum;
  });
  const nominated = sums.map((sum) => [...sum].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, LIMIT));
  const items = [...new Set(nominated.flatMap((list) => list.map(([item]) => item)))];
  return items.map((item) => ({
    item,
    scores: sums.map((sum) => sum.get(item) ?? 0),
    ranks: nominated.map((list) => 1 + list.findIndex(([other]) => other === item)),
  }));
}

describe('CandidateSet', () => {
  it('merges sources as a plain implementation would, query after query', () => {
    const set = new CandidateSet(CATALOGUE, SOURCES, SOURCES * LIMIT, LIMIT);
    fc.assert(
      fc.property(additions, (query) => {
        set.begin();
        query.forEach((source, s) => {
          set.openSource(s);
          for (const [item, score] of source) set.add(item, score);
          set.closeSource(LIMIT);
        });
        set.finish();
        const merged = Array.from({ length: set.count }, (_, c) => ({
          item: set.items[c]!,
          scores: set.scores.map((scores) => scores[c]!),
          ranks: set.ranks.map((ranks) => ranks[c]!),
        }));
        expect(merged).toEqual(expected(query));
        merged.forEach(({ item }, c) => expect(set.candidateOf(item)).toBe(c));
      }),
    );
  });

  it('grows beyond its first slots', () => {
    const set = new CandidateSet(20_000, 1, 5, 5);
    set.begin();
    set.openSource(0);
    for (let item = 0; item < 20_000; item++) set.add(item, 1 + (item % 7777));
    set.closeSource(5);
    set.finish();
    expect([...set.items.subarray(0, set.count)]).toEqual([7776, 15_553, 7775, 15_552, 7774]);
    expect(set.candidateOf(3)).toBe(-1);
  });
});
