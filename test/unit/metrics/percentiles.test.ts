import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencySummary, nearestRankPercentile, quantile } from '../../../src/metrics/percentiles.js';

describe('nearestRankPercentile', () => {
  it('computes the textbook example', () => {
    const sorted = [15, 20, 35, 40, 50];
    expect([5, 30, 40, 50, 100].map((p) => nearestRankPercentile(sorted, p))).toEqual([15, 20, 20, 35, 50]);
  });

  it('does not slip a rank through rounding', () => {
    const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
    for (let p = 1; p <= 100; p++) expect(nearestRankPercentile(sorted, p)).toBe(p);
  });

  it('has no value for an empty list and one for a single value', () => {
    expect(nearestRankPercentile([], 50)).toBeNaN();
    expect([0, 1, 50, 99, 100].map((p) => nearestRankPercentile([7], p))).toEqual([7, 7, 7, 7, 7]);
  });

  it('is the smallest value that p percent do not exceed', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, p) => {
        const sorted = list.sort((a, b) => a - b);
        const found = nearestRankPercentile(sorted, p);
        expect(sorted.filter((x) => x <= found).length * 100).toBeGreaterThanOrEqual(p * sorted.length);
        expect(sorted.filter((x) => x < found).length * 100).toBeLessThan(p * sorted.length);
      }),
    );
  });
});

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.025)).toBeCloseTo(10.25, 12);
    expect([quantile([1, 2, 9], 0), quantile([1, 2, 9], 1)]).toEqual([1, 9]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('latencySummary', () => {
  it('sorts a copy and reports the percentiles', () => {
    const durations = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(latencySummary(durations)).toEqual({
      count: 200,
      mean: 100.5,
      p50: 100,
      p75: 150,
      p90: 180,
      p95: 190,
      p99: 198,
      max: 200,
    });
    expect(durations[0]).toBe(200);
  });

  it('has count 0 and no numbers for nothing', () => {
    expect(latencySummary([])).toMatchObject({ count: 0, mean: NaN, p50: NaN, max: NaN });
  });
});
