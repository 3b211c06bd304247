import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averagePrecisionAt,
  hitsAt,
  ndcgSetAt,
  precisionAt,
  recallAt,
} from '../../../src/metrics/multi-target.js';
import { hitRateAt, ndcgAt, reciprocalRankAt } from '../../../src/metrics/single-target.js';

describe('metrics of several targets', () => {
  // Hits at ranks 1, 3 and 5; four items are relevant, one of them (40) is not in the list.
  const list = [10, 11, 20, 12, 30];
  const relevant = new Set([10, 20, 30, 40]);

  it('computes the example by hand', () => {
    expect(hitsAt(list, relevant, 3)).toBe(2);
    expect(precisionAt(list, relevant, 5)).toBe(3 / 5);
    expect(recallAt(list, relevant, 5)).toBe(3 / 4);
    expect(averagePrecisionAt(list, relevant, 5)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 4, 12);
    expect(averagePrecisionAt(list, relevant, 3)).toBeCloseTo((1 + 2 / 3) / 3, 12); // min(k, relevant) = 3
    const dcg = 1 + 1 / Math.log2(4) + 1 / Math.log2(6);
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4) + 1 / Math.log2(5);
    expect(ndcgSetAt(list, relevant, 5)).toBeCloseTo(dcg / ideal, 12);
  });

  it('divides precision by k even when the list is shorter', () => {
    expect(precisionAt([10], relevant, 20)).toBe(1 / 20);
  });

  it('is 0 everywhere for an empty list and for no targets', () => {
    for (const metric of [precisionAt, recallAt, averagePrecisionAt, ndcgSetAt]) {
      expect(metric([], relevant, 10)).toBe(0);
      expect(metric(list, new Set(), 10)).toBe(0);
    }
  });

  it('counts a repeated item once', () => {
    expect(precisionAt([10, 10, 10], relevant, 3)).toBe(1 / 3);
    expect(recallAt([10, 10], new Set([10]), 2)).toBe(1);
  });

  const lists = fc.uniqueArray(fc.nat(30), { maxLength: 25 });
  const cutoff = fc.integer({ min: 1, max: 30 });

  it('stays in 0..1 and is 1 for a perfect list', () => {
    fc.assert(
      fc.property(
        lists,
        fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 12 }),
        cutoff,
        (items, targets, k) => {
          const set = new Set(targets);
          for (const metric of [precisionAt, recallAt, averagePrecisionAt, ndcgSetAt]) {
            expect(metric(items, set, k)).toBeGreaterThanOrEqual(0);
            expect(metric(items, set, k)).toBeLessThanOrEqual(1 + 1e-12);
          }
          expect(averagePrecisionAt(targets, set, k)).toBeCloseTo(1, 12);
          expect(ndcgSetAt(targets, set, k)).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  it('with one target equals the metrics by rank', () => {
    fc.assert(
      fc.property(lists, fc.nat(30), cutoff, (items, target, k) => {
        const rank = items.indexOf(target) + 1;
        const set = new Set([target]);
        expect(recallAt(items, set, k)).toBe(hitRateAt(rank, k));
        expect(averagePrecisionAt(items, set, k)).toBe(reciprocalRankAt(rank, k));
        expect(ndcgSetAt(items, set, k)).toBe(ndcgAt(rank, k));
      }),
    );
  });
});
