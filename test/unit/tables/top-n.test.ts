import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TopN } from '../../../src/tables/top-n.js';

it('keeps what a full sort would keep, ties by id', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 12 }), (scores, n) => {
      const top = new TopN(12);
      for (let use = 0; use < 2; use++) {
        top.reset(n);
        scores.forEach((score, id) => top.push(id, score));
        top.sort();
      }
      const expected = scores
        .map((score, id) => ({ score, id }))
        .sort((a, b) => b.score - a.score || a.id - b.id)
        .slice(0, n);
      expect([...top.ids.subarray(0, top.count)]).toEqual(expected.map(({ id }) => id));
      expect([...top.scores.subarray(0, top.count)]).toEqual(expected.map(({ score }) => score));
    }),
  );
});
