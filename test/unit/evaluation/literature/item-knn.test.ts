import { describe, expect, it } from 'vitest';
import { itemKnn } from '../../../../src/evaluation/literature/item-knn.js';
import { PAST, Shop } from './shop.js';

/** Events of each item in training. */
const SUPPORT = { a: 3, b: 4, c: 3, d: 2, e: 2, f: 1 };

/** Events of b in sessions with the item: b c d b has two of them. b is no neighbour of its own. */
const TOGETHER = { a: 2, c: 3, d: 2, e: 1, f: 1 };

describe('Item-KNN', () => {
  const shop = new Shop();
  const scores = (settings: object) =>
    shop.scores(itemKnn.fit(shop.known, { ...itemKnn.defaults, ...settings }));
  // Weights are stored as 32-bit floats.
  const expected = (divisor: (support: number) => number) =>
    Object.fromEntries(
      Object.entries(TOGETHER).map(([item, count]) => [
        item,
        expect.closeTo(count / divisor(SUPPORT[item as keyof typeof SUPPORT]), 6) as number,
      ]),
    );

  it('divides co-occurrence with the last item by the damped supports of both', () => {
    expect(scores({})).toEqual(expected((support) => Math.sqrt(4 + 20) * Math.sqrt(support + 20)));
  });

  it('is a cosine without damping where no session repeats an item', () => {
    const plain = new Shop(
      [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'a', 'c'],
      ],
      ['b'],
    );
    // b is in sessions 0 and 2, a in all three, c in two: 2 / sqrt(2 * 3) and 1 / sqrt(2 * 2).
    const found = plain.scores(itemKnn.fit(plain.known, { damping: 0, alpha: 0.5 }));
    expect(found).toEqual({ a: expect.closeTo(2 / Math.sqrt(6), 6) as number, c: 0.5 });
  });

  it('shares the exponents by alpha', () => {
    expect(scores({ alpha: 0 })).toEqual(expected((support) => support + 20));
    expect(scores({ alpha: 1 })).toEqual(expected(() => 4 + 20));
    expect(scores({ alpha: 0.25, damping: 5 })).toEqual(
      expected((support) => 9 ** 0.25 * (support + 5) ** 0.75),
    );
  });

  it('answers nothing for an item that no past session holds', () => {
    const unknown = new Shop(PAST, ['z']);
    expect(unknown.scores(itemKnn.fit(unknown.known, itemKnn.defaults))).toEqual({});
  });
});
