import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationAccumulator, type AccumulatorOptions } from '../../../src/metrics/accumulator.js';
import { NextItemError } from '../../../src/errors.js';
import { averagePrecisionAt, precisionAt, recallAt } from '../../../src/metrics/multi-target.js';
import { conservativeRank, hitRateAt, ndcgAt, reciprocalRankAt } from '../../../src/metrics/single-target.js';

const few = { resamples: 20 };
const accumulator = (options: Partial<AccumulatorOptions> = {}): EvaluationAccumulator =>
  new EvaluationAccumulator({ itemCount: 40, ...options });
const means = (of: EvaluationAccumulator): Record<string, number> =>
  Object.fromEntries(
    Object.entries(of.result(of.bootstrap(few)).metrics).map(([key, value]) => [key, value.mean]),
  );

describe('EvaluationAccumulator', () => {
  it('computes an example by hand', () => {
    const measured = accumulator({ cutoffs: [2, 4] });
    // Next item 3 at rank 3; the session still takes {3, 1, 9}, hits at ranks 1 and 3.
    measured.add(0, Uint32Array.of(1, 5, 3, 7), 3, Uint32Array.of(3, 1, 1, 9));
    const result = means(measured);
    expect(result['HR@2']).toBe(0);
    expect(result['HR@4']).toBe(1);
    expect(result['MRR@4']).toBeCloseTo(1 / 3, 12);
    expect(result['NDCG@4']).toBe(0.5);
    expect(result['Precision@2']).toBe(1 / 2);
    expect(result['Precision@4']).toBe(2 / 4);
    expect(result['Recall@4']).toBeCloseTo(2 / 3, 12);
    expect(result['MAP@2']).toBe(1 / 2); // (1/1) / min(2, 3)
    expect(result['MAP@4']).toBeCloseTo((1 + 2 / 3) / 3, 12);
  });

  it('counts the next item as remaining even when it is left out', () => {
    const measured = accumulator({ cutoffs: [5] });
    measured.add(0, [8], 8, []);
    expect(means(measured)).toMatchObject({ 'HR@5': 1, 'Recall@5': 1, 'MAP@5': 1, 'Precision@5': 1 / 5 });
  });

  it('counts an empty list as misses and as not full', () => {
    const measured = accumulator();
    measured.add(0, [], 1, [1]);
    measured.add(
      1,
      Uint32Array.from({ length: 10 }, (_, i) => i),
      1,
      [1],
    );
    const result = measured.result(measured.bootstrap(few));
    expect(result.metrics['HR@20']!.mean).toBe(0.5);
    expect([5, 10, 20].map((k) => result.sessionCoverage[k]!.mean)).toEqual([0.5, 0.5, 0]);
    expect(result.catalogueCoverage).toEqual({ 5: 5 / 40, 10: 10 / 40, 20: 10 / 40 });
  });

  it('looks no further than the longest cutoff', () => {
    const measured = accumulator({ cutoffs: [2] });
    measured.add(0, [1, 2, 3], 3, [3]);
    expect(means(measured)['HR@2']).toBe(0);
    expect(measured.result(measured.bootstrap(few)).catalogueCoverage[2]).toBe(2 / 40);
  });

  it('reports how popular and how even the shown items are', () => {
    const measured = new EvaluationAccumulator({ itemCount: 4, cutoffs: [1], popularity: [30, 20, 10, 0] });
    measured.add(0, [0], 1, []);
    measured.add(0, [1], 1, []);
    const result = measured.result(measured.bootstrap(few));
    expect(result.averagePopularity).toEqual({ 1: 25 });
    expect(result.popularityPercentile![1]).toBeCloseTo((1 + 2 / 3) / 2, 6);
    expect(result.gini[1]).toBe(0.5);
    expect(accumulator().sessions).toBe(0);
    const plain = accumulator();
    plain.add(0, [0], 1, []);
    expect(plain.result(plain.bootstrap(few)).popularityPercentile).toBeNull();
  });

  it('refuses results without a prefix, items outside the catalogue, and unordered cutoffs', () => {
    expect(() => accumulator().result()).toThrow(NextItemError);
    expect(() => accumulator().add(0, [40], 1, [])).toThrow(RangeError);
    expect(() => accumulator().add(0, [1], -1, [])).toThrow(RangeError);
    expect(() => accumulator().add(0, [1], 1, [99])).toThrow(RangeError);
    for (const cutoffs of [[], [0], [5, 5], [10, 5]])
      expect(() => accumulator({ cutoffs })).toThrow(RangeError);
  });

  it('keeps sums per session in ascending order, whatever the order they came in, across growth', () => {
    const [forward, backward] = [accumulator(), accumulator()];
    const prefixes = Array.from({ length: 500 }, (_, i) => ({
      session: i % 170,
      next: i % 40,
      list: [i % 3, 10 + (i % 7)],
    }));
    for (const { session, next, list } of prefixes) forward.add(session, list, next, []);
    for (const { session, next, list } of prefixes.reverse()) backward.add(session, list, next, []);
    const [a, b] = [forward.sessionSums(), backward.sessionSums()];
    expect(a.sessionNumbers).toEqual(Uint32Array.from({ length: 170 }, (_, i) => i));
    expect(b.sessionNumbers).toEqual(a.sessionNumbers);
    expect(b.prefixes).toEqual(a.prefixes);
    a.sums.forEach((sum, i) => expect(b.sums[i]).toBeCloseTo(sum, 10));
  });

  const cases = fc.record({
    list: fc.array(fc.nat(39), { maxLength: 25 }),
    rest: fc.array(fc.nat(39), { minLength: 1, maxLength: 12 }),
  });

  it('agrees with the pure functions', () => {
    fc.assert(
      fc.property(cases, ({ list, rest }) => {
        const measured = accumulator();
        measured.add(3, list, rest[0]!, rest);
        const result = means(measured);
        const [rank, set] = [list.indexOf(rest[0]!) + 1, new Set(rest)];
        for (const k of [5, 10, 20]) {
          expect(result[`HR@${k}`]).toBeCloseTo(hitRateAt(rank, k), 12);
          expect(result[`MRR@${k}`]).toBeCloseTo(reciprocalRankAt(rank, k), 12);
          expect(result[`NDCG@${k}`]).toBeCloseTo(ndcgAt(rank, k), 12);
          expect(result[`Precision@${k}`]).toBeCloseTo(precisionAt(list, set, k), 12);
          expect(result[`Recall@${k}`]).toBeCloseTo(recallAt(list, set, k), 12);
          expect(result[`MAP@${k}`]).toBeCloseTo(averagePrecisionAt(list, set, k), 12);
        }
      }),
    );
  });

  it('gives scored candidates the conservative rank, and no order of them does better', () => {
    const scored = fc.record({
      items: fc.uniqueArray(fc.nat(39), { maxLength: 40 }),
      scores: fc.array(fc.constantFrom(0, 1, 2, 3, NaN), { minLength: 40, maxLength: 40 }),
      rest: fc.array(fc.nat(39), { minLength: 1, maxLength: 12 }),
    });
    fc.assert(
      fc.property(scored, ({ items, scores, rest }) => {
        const [worst, asGiven] = [accumulator(), accumulator()];
        worst.addScored(0, items, scores, items.length, rest[0]!, rest);
        const value = (i: number): number => (Number.isNaN(scores[i]!) ? -1 : scores[i]!);
        const order = items.map((_, i) => i).sort((a, b) => value(b) - value(a));
        asGiven.add(
          0,
          order.map((i) => items[i]!),
          rest[0]!,
          rest,
        );
        const rank = conservativeRank(scores, items.length, items.indexOf(rest[0]!));
        const [low, given] = [means(worst), means(asGiven)];
        for (const k of [5, 10, 20]) expect(low[`MRR@${k}`]).toBeCloseTo(reciprocalRankAt(rank, k), 12);
        for (const [key, mean] of Object.entries(low)) expect(mean).toBeLessThanOrEqual(given[key]! + 1e-12);
        expect(worst.result(worst.bootstrap(few)).sessionCoverage[20]!.mean).toBe(items.length >= 20 ? 1 : 0);
      }),
    );
  });

  it('gives a constant score nothing but its luck-free value', () => {
    const measured = accumulator();
    const items = Uint32Array.from({ length: 30 }, (_, i) => i);
    measured.addScored(0, items, new Float64Array(30), 30, 0, [0, 1]);
    expect(means(measured)).toMatchObject({ 'HR@20': 0, 'Recall@20': 0 });
  });
});
