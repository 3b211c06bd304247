import { describe, expect, it } from 'vitest';
import { sknn } from '../../../../src/evaluation/literature/sknn.js';
import { rounded, Shop } from './shop.js';

// The shopper's set is {a, b}. Cosine with the sessions that share an item:
//   0 {a, b, c}     2 / sqrt(2 * 3) = .816
//   1 {a, d}        1 / sqrt(2 * 2) = .5
//   2 {b, c, d}     1 / sqrt(2 * 3) = .408   (b twice is still one item)
//   4 {f, a, b, e}  2 / sqrt(2 * 4) = .707
const S0 = 2 / Math.sqrt(6);
const S1 = 1 / 2;
const S2 = 1 / Math.sqrt(6);
const S4 = 2 / Math.sqrt(8);

describe('SKNN', () => {
  const shop = new Shop();
  const scores = (settings: object) =>
    rounded(shop.scores(sknn.fit(shop.known, { ...sknn.defaults, ...settings })));

  it('sums the similarity of the neighbours that hold an item', () => {
    expect(scores({})).toEqual(
      rounded({ a: S0 + S1 + S4, b: S0 + S2 + S4, c: S0 + S2, d: S1 + S2, e: S4, f: S4 }),
    );
  });

  it('keeps the k most similar sessions', () => {
    expect(scores({ k: 3 })).toEqual(rounded({ a: S0 + S1 + S4, b: S0 + S4, c: S0, d: S1, e: S4, f: S4 }));
  });

  it('compares only the most recent sessions that share an item', () => {
    // Sessions 4 and 2: session 3 is more recent than 2 but shares nothing.
    expect(scores({ sampleSize: 2 })).toEqual(rounded({ a: S4, b: S4 + S2, c: S2, d: S2, e: S4, f: S4 }));
  });

  it('knows the Jaccard index', () => {
    // 2/3, 1/3, 1/4, 2/4
    expect(scores({ similarity: 'jaccard' })).toEqual(
      rounded({
        a: 2 / 3 + 1 / 3 + 2 / 4,
        b: 2 / 3 + 1 / 4 + 2 / 4,
        c: 2 / 3 + 1 / 4,
        d: 1 / 3 + 1 / 4,
        e: 2 / 4,
        f: 2 / 4,
      }),
    );
  });

  it('answers nothing for an item that no past session holds', () => {
    const unknown = new Shop(undefined, ['z']);
    expect(unknown.scores(sknn.fit(unknown.known, sknn.defaults))).toEqual({});
  });

  it('forgets the previous question', () => {
    const method = sknn.fit(shop.known, sknn.defaults);
    expect(shop.scores(method)).toEqual(shop.scores(method));
  });
});
