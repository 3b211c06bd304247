import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conservativeRank, hitRateAt, ndcgAt, reciprocalRankAt } from '../../../src/metrics/single-target.js';

describe('metrics of one target by its rank', () => {
  it('counts a hit up to and including k', () => {
    expect([1, 5, 6].map((rank) => hitRateAt(rank, 5))).toEqual([1, 1, 0]);
  });

  it('gives the reciprocal of the rank', () => {
    expect([1, 2, 4, 5, 6].map((rank) => reciprocalRankAt(rank, 5))).toEqual([1, 0.5, 0.25, 0.2, 0]);
  });

  it('discounts by the logarithm of the rank', () => {
    expect(ndcgAt(1, 10)).toBe(1);
    expect(ndcgAt(3, 10)).toBe(0.5); // 1 / log2(4)
    expect(ndcgAt(7, 10)).toBeCloseTo(1 / 3, 12); // 1 / log2(8)
    expect(ndcgAt(11, 10)).toBe(0);
  });

  it.each([0, Infinity, -1, NaN])('takes rank %s for a miss', (rank) => {
    for (const metric of [hitRateAt, reciprocalRankAt, ndcgAt]) expect(metric(rank, 20)).toBe(0);
  });

  it('orders MRR <= NDCG <= HR, all in 0..1, never falling with k', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 50 }), (rank, k) => {
        const [mrr, ndcg, hr] = [reciprocalRankAt(rank, k), ndcgAt(rank, k), hitRateAt(rank, k)];
        expect(mrr).toBeGreaterThanOrEqual(0);
        expect(mrr).toBeLessThanOrEqual(ndcg);
        expect(ndcg).toBeLessThanOrEqual(hr);
        expect(hr).toBeLessThanOrEqual(hitRateAt(rank, k + 1));
      }),
    );
  });
});

describe('conservativeRank', () => {
  it('counts what stands above', () => {
    expect(conservativeRank([0.1, 0.9, 0.5], 3, 2)).toBe(2);
    expect(conservativeRank([0.1, 0.9, 0.5], 3, 1)).toBe(1);
  });

  it('breaks every tie against the target', () => {
    expect(conservativeRank([7, 7, 7, 7], 4, 0)).toBe(4);
    expect(conservativeRank([9, 7, 7, 1], 4, 1)).toBe(3);
  });

  it('is 0 for a target that was not retrieved', () => {
    expect(conservativeRank([1, 2], 2, -1)).toBe(0);
    expect(conservativeRank([1, 2], 2, 2)).toBe(0);
    expect(conservativeRank([], 0, 0)).toBe(0);
  });

  it('looks only at the entries in use', () => {
    expect(conservativeRank([1, 5, 9], 2, 0)).toBe(2);
  });

  it('puts NaN and -Infinity last, the target among them very last', () => {
    expect(conservativeRank([NaN, 1, 2], 3, 0)).toBe(3);
    expect(conservativeRank([-Infinity, NaN, 2], 3, 0)).toBe(3);
    expect(conservativeRank([NaN, 1, 2], 3, 1)).toBe(2);
  });

  it('is the worst place over all orders that sort by score', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scores, fc.nat(), (values, n) => {
        const target = n % values.length;
        const order = values
          .map((_, i) => i)
          .sort((a, b) => values[b]! - values[a]! || (a === target ? 1 : b === target ? -1 : 0));
        expect(conservativeRank(values, values.length, target)).toBe(order.indexOf(target) + 1);
      }),
    );
  });
});
