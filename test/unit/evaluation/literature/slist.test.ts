import { describe, expect, it } from 'vitest';
import { slist } from '../../../../src/evaluation/literature/slist.js';
import { type RankedItems } from '../../../../src/evaluation/methods.js';
import { SessionQuery } from '../../../../src/retrieval/session-query.js';
import { knownEvents } from '../../../../src/tables/known-events.js';
import { eventTable } from '../../../support/event-table.js';

const EXACT = { ...slist.defaults, tolerance: 1e-13 };

function scores({ count, items, scores }: RankedItems): Map<number, number> {
  return new Map(Array.from({ length: count }, (_, n) => [items[n]!, scores[n]!]));
}

describe('SLIST', () => {
  const events = eventTable([['a', 'b', 'c']]);
  const known = knownEvents(events, 1, 1);
  const onlyA = new SessionQuery().fromTable(events, 0, 1);

  it('is SLIS at alpha 1: three items of one session, (1/3) / (3/9 + 10) each', () => {
    const answer = scores(slist.fit(known, { ...EXACT, alpha: 1 }).rank(onlyA));
    expect(answer.size).toBe(3);
    for (const score of answer.values()) expect(score).toBeCloseTo(1 / 31, 12);
  });

  it('is SLIT at alpha 0: one step after one visit, 1 / (1 + 10)', () => {
    const answer = scores(slist.fit(known, { ...EXACT, alpha: 0 }).rank(onlyA));
    expect([...answer.keys()].sort()).toEqual([1, 2]);
    expect(answer.get(1)).toBeCloseTo(1 / 11, 12);
    expect(answer.get(2)).toBeCloseTo(Math.exp(-1) / 11, 12);
  });

  it('stacks both, and weighs the events of a query by their distance from its last', () => {
    const pair = eventTable([['a', 'b']]);
    const query = new SessionQuery().fromTable(pair, 0, 2);
    const settings = { ...EXACT, alpha: 0.5, deltaInference: 1 };
    const answer = scores(slist.fit(knownEvents(pair, 1, 1), settings).rank(query));
    // B = [[2.5, 7.5625], [2.625, 2.5625]] / 107.5625, see the test of the ridge.
    expect(answer.get(0)).toBeCloseTo((2.5 * Math.exp(-1) + 2.625) / 107.5625, 12);
    expect(answer.get(1)).toBeCloseTo((7.5625 * Math.exp(-1) + 2.5625) / 107.5625, 12);
  });

  it('answers nothing to an empty session and passes over unknown items', () => {
    const method = slist.fit(known, EXACT);
    expect(method.rank(new SessionQuery().fromTable(events, 0, 0)).count).toBe(0);
    const query = new SessionQuery().fromTable(events, 0, 1);
    query.items[0] = -1;
    expect(method.rank(query).count).toBe(0);
  });
});
