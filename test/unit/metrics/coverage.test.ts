import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  catalogueCoverage,
  giniIndex,
  lorenzCurve,
  meanOverShown,
  popularityPercentiles,
  sharesByGroup,
} from '../../../src/metrics/coverage.js';

describe('catalogueCoverage', () => {
  it('is the share of items shown at least once', () => {
    expect(catalogueCoverage([3, 0, 1, 0])).toBe(0.5);
    expect(catalogueCoverage([])).toBe(0);
  });
});

describe('giniIndex', () => {
  it('is 0 for equal exposure and for none', () => {
    expect(giniIndex([2, 2, 2])).toBe(0);
    expect(giniIndex([0, 0])).toBe(0);
    expect(giniIndex([])).toBe(0);
  });

  it('computes the example by hand', () => {
    expect(giniIndex([0, 0, 0, 8])).toBe(0.75); // (n - 1) / n
    expect(giniIndex([3, 1])).toBe(0.25); // (-1 * 1 + 1 * 3) / (2 * 4)
  });

  it('is the mean absolute difference over twice the mean', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 15 }), (counts) => {
        const n = counts.length;
        const total = counts.reduce((sum, x) => sum + x, 0);
        fc.pre(total > 0);
        let differences = 0;
        for (const a of counts) for (const b of counts) differences += Math.abs(a - b);
        expect(giniIndex(counts)).toBeCloseTo(differences / (2 * n * total), 10);
      }),
    );
  });
});

describe('lorenzCurve', () => {
  it('gives what the least shown items got', () => {
    expect(lorenzCurve([3, 0, 1, 0], 4)).toEqual([0, 0, 0, 0.25, 1]);
    // Half an item counts half.
    expect(lorenzCurve([3, 1], 4)).toEqual([0, 0.125, 0.25, 0.625, 1]);
    expect(lorenzCurve([2, 2, 2], 2)).toEqual([0, 0.5, 1]);
  });

  it('is 0 when nothing was shown', () => {
    expect(lorenzCurve([0, 0], 2)).toEqual([0, 0, 0]);
    expect(lorenzCurve([], 2)).toEqual([0, 0, 0]);
  });

  it('rises, never above the diagonal, and leaves half the Gini index above it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), (counts) => {
        fc.pre(counts.some((count) => count > 0));
        const curve = lorenzCurve(counts, counts.length);
        let area = 0;
        for (let i = 1; i < curve.length; i++) {
          expect(curve[i]!).toBeGreaterThanOrEqual(curve[i - 1]!);
          expect(curve[i]!).toBeLessThanOrEqual(i / counts.length + 1e-12);
          area += (curve[i]! + curve[i - 1]!) / 2 / counts.length;
        }
        expect(curve.at(-1)).toBe(1);
        expect(1 - 2 * area).toBeCloseTo(giniIndex(counts), 10);
      }),
    );
  });
});

describe('sharesByGroup', () => {
  it('adds up what each group got', () => {
    expect(sharesByGroup([1, 2, 3, 2], (item) => item % 2, 3)).toEqual([0.5, 0.5, 0]);
    expect(sharesByGroup([0, 0], () => 0, 2)).toEqual([0, 0]);
  });
});

describe('popularityPercentiles', () => {
  it('gives the share of other items that are less popular, ties halved', () => {
    expect([...popularityPercentiles([10, 0, 5, 20, 5])]).toEqual([0.75, 0, 0.375, 1, 0.375]);
  });

  it('is 0.5 for one item and empty for none', () => {
    expect([...popularityPercentiles([4])]).toEqual([0.5]);
    expect([...popularityPercentiles([])]).toEqual([]);
  });

  it('has mean 0.5 and the order of the popularity', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }), (popularity) => {
        const percentiles = popularityPercentiles(popularity);
        expect(percentiles.reduce((sum, x) => sum + x, 0) / percentiles.length).toBeCloseTo(0.5, 5);
        for (let i = 1; i < popularity.length; i++)
          expect(Math.sign(percentiles[i]! - percentiles[0]!)).toBe(
            Math.sign(popularity[i]! - popularity[0]!),
          );
      }),
    );
  });
});

describe('meanOverShown', () => {
  it('weights an item by how often it was shown', () => {
    expect(meanOverShown([3, 1, 0], [10, 2, 99])).toBe(8);
    expect(meanOverShown([0, 0], [1, 2])).toBe(0);
  });
});
