import { describe, expect, it } from 'vitest';
import { ReturnFeatures } from '../../../src/features/return-features.js';
import { CandidateSet } from '../../../src/retrieval/candidate-set.js';
import { SessionQuery } from '../../../src/retrieval/session-query.js';
import { eventTable } from '../../support/event-table.js';

const names = ['a', 'b', 'c', 'd'];
const COLUMNS = 8;

/** By candidate its features; `?` is an item the model does not know. */
function featuresOf(session: string, candidates: string): number[][] {
  const items = session.split(' ').filter((name) => name !== '');
  const table = eventTable([items], { items: names });
  const known = table.itemIndex.map((item) => (item < names.length ? item : 0xffffffff));
  const query = new SessionQuery().fromTable({ ...table, itemIndex: known }, 0, items.length);
  const set = new CandidateSet(names.length, 1, 10, 10);
  set.begin();
  set.openSource(0);
  for (const [n, name] of candidates.split(' ').entries()) set.add(names.indexOf(name), 10 - n);
  set.closeSource(10);
  set.finish();
  const out = new Float32Array(set.count * (COLUMNS + 2)).fill(-9);
  new ReturnFeatures().fill(query, set, out, COLUMNS + 2, 1);
  return Array.from({ length: set.count }, (_, c) => {
    const row = Array.from(out.subarray(c * (COLUMNS + 2), (c + 1) * (COLUMNS + 2)));
    expect([row[0], row.at(-1)]).toEqual([-9, -9]);
    return row.slice(1, -1);
  });
}

describe('ReturnFeatures', () => {
  it('are what a hand counts', () => {
    // a, then b twice, back to a, c, a: two returns to a, and what came after a before: b long ago, c lately.
    expect(featuresOf('a b b a c a', 'a b c d')).toEqual([
      [1, 2, 1, 2, 2, 0, 0, NaN],
      [1, 2, 1, 2, 2, 1, 1, 4],
      [1, 2, 1, 2, 2, 4, 1, 1],
      [1, 2, 1, 2, 2, NaN, 0, NaN],
    ]);
  });

  it.each([
    ['a b c', 0],
    ['a b b', 1],
    ['a b a', 2],
    ['a a b', 4],
    ['c a a a', 7],
    ['a b', NaN],
    ['? ? a', 0],
  ])('tell the endings apart: %s', (session, pattern) => {
    expect(featuresOf(session, 'd')[0]![4]).toBe(pattern);
  });

  it('measure the way back from the whole run of the last item', () => {
    expect(featuresOf('a b a a a', 'd')[0]!.slice(0, 4)).toEqual([2, 1, 3, 4]);
    expect(featuresOf('b a a a', 'd')[0]!.slice(0, 4)).toEqual([2, 0, 3, NaN]);
  });

  it('take unknown items for different ones', () => {
    expect(featuresOf('? ? a ?', 'a')).toEqual([[0, 0, 1, NaN, 0, 2, 0, NaN]]);
  });

  it('know of one event that there was no other', () => {
    expect(featuresOf('a', 'a d')).toEqual([
      [0, 0, 1, NaN, NaN, 0, 0, NaN],
      [0, 0, 1, NaN, NaN, NaN, 0, NaN],
    ]);
  });
});
