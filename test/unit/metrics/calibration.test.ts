import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { CalibrationCollector, isotonicRegression, softmax } from '../../../src/metrics/calibration.js';

describe('isotonicRegression', () => {
  it('pools what falls, weighing it', () => {
    expect(isotonicRegression([1, 3, 2, 4], [1, 1, 1, 1])).toEqual([1, 2.5, 2.5, 4]);
    expect(isotonicRegression([1, 3, 2, 4], [1, 1, 3, 1])).toEqual([1, 2.25, 2.25, 4]);
    expect(isotonicRegression([3, 2, 1], [1, 1, 1])).toEqual([2, 2, 2]);
    // Pooling the last two makes a block that falls below the one before them.
    expect(isotonicRegression([0, 4, 6, 0], [1, 1, 1, 1])).toEqual([0, 10 / 3, 10 / 3, 10 / 3]);
    expect(isotonicRegression([], [])).toEqual([]);
  });

  it('never falls, keeps the weighted mean, and leaves alone what rises', () => {
    const values = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 9 })),
    );
    fc.assert(
      fc.property(values, (pairs) => {
        const [means, weights] = [pairs.map(([mean]) => mean), pairs.map(([, weight]) => weight)];
        const fitted = isotonicRegression(means, weights);
        for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeGreaterThanOrEqual(fitted[i - 1]!);
        const sum = (of: number[]) => of.reduce((total, value, i) => total + value * weights[i]!, 0);
        expect(sum(fitted)).toBeCloseTo(sum(means), 9);
        const sorted = [...means].sort((a, b) => a - b);
        isotonicRegression(sorted, weights).forEach((value, i) => expect(value).toBeCloseTo(sorted[i]!, 12));
      }),
    );
  });
});

describe('softmax', () => {
  it('gives shares of the exponentials, whatever is added to all scores', () => {
    for (const shift of [0, 700, -5000]) {
      const probability = softmax([Math.log(1) + shift, Math.log(3) + shift, 99999], 2);
      expect(probability(shift)).toBeCloseTo(1 / 4, 9);
      expect(probability(Math.log(3) + shift)).toBeCloseTo(3 / 4, 9);
    }
  });
});

describe('CalibrationCollector', () => {
  it('computes an example by hand', () => {
    const collector = new CalibrationCollector(2);
    // Every second session is learned from: 10 and 30. There a quarter of what is promised with .5 comes, nothing with .25.
    collector.add(10, [0.5, 0.25], 2, 0);
    collector.add(10, [0.25, 0.5], 2, -1);
    collector.add(20, [0.5, 0.25], 2, 0);
    collector.add(20, [0.5, 0.25], 2, -1);
    collector.add(30, [0.5, 0.25], 2, -1);
    collector.add(30, [0.5, 0.25], 2, -1);
    collector.add(40, [0.5, 0.1], 2, -1);
    const { listLength, fitted, checked, plain, isotonic } = collector.result(1)!;
    expect(listLength).toBe(2);
    expect(fitted).toEqual({ sessions: 2, questions: 4, pairs: 8 });
    expect(checked).toEqual({ sessions: 2, questions: 3, pairs: 6 });

    expect(plain.promised).toBeCloseTo((1.5 + 0.5 + 0.1) / 3, 6);
    expect(plain.held).toBeCloseTo(1 / 3, 12);
    expect(plain.expectedError).toBeCloseTo((3 * (0.5 - 1 / 3) + 2 * 0.25 + 0.1) / 6, 6);
    expect(plain.brier).toBeCloseTo((3 * 0.25 + 2 * 0.0625 + 0.01) / 6, 6);
    const [least, middle, most] = plain.bins;
    expect(plain.bins.map(({ pairs }) => pairs)).toEqual([1, 2, 3]);
    expect([least!.from, least!.to]).toEqual([(3 / 12) ** 2, (4 / 12) ** 2]);
    expect(middle).toMatchObject({ from: 0.25, meanProbability: 0.25, observed: 0, low: 0, high: 1 });
    expect(most!.observed).toBeCloseTo(1 / 3, 12);
    // Session 20 has one hit of two, session 40 none of one: both are a third of a hit off, so the error is 2/9.
    expect(most!.low).toBe(0);
    expect(most!.high).toBeCloseTo(1 / 3 + 1.96 * (2 / 9), 12);

    // .5 becomes .25, and .25 nothing; so does .1, which the fit never saw.
    expect(isotonic.promised).toBeCloseTo(0.25, 12);
    // Nothing came in two sessions: if more than .84 did, that would have happened in less than 2.5% of all cases.
    expect([isotonic.bins[0]!.low, isotonic.bins[0]!.high]).toEqual([0, 1 - Math.sqrt(0.025)]);
    expect(isotonic.held).toBe(plain.held);
    expect(isotonic.bins.map(({ meanProbability, pairs }) => [meanProbability, pairs])).toEqual([
      [0, 3],
      [0.25, 3],
    ]);
    expect(isotonic.expectedError).toBeCloseTo((3 * (1 / 3 - 1 / 4)) / 6, 12);
    expect(isotonic.brier).toBeCloseTo((0.75 ** 2 + 2 * 0.0625) / 6, 12);
  });

  it('finds true probabilities true, and corrects those that are not', () => {
    const random = new Random(5);
    const [honest, boastful] = [new CalibrationCollector(3), new CalibrationCollector(3)];
    for (let session = 0; session < 20_000; session++) {
      const scores = Array.from({ length: 3 }, () => random.normal());
      const probability = softmax(scores, 3);
      const shares = scores.map(probability);
      const draw = random.next();
      const right = draw < shares[0]! ? 0 : draw < shares[0]! + shares[1]! ? 1 : 2;
      honest.add(session, shares, 3, right);
      const sharper = scores.map((score) => 3 * score);
      boastful.add(session, sharper.map(softmax(sharper, 3)), 3, right);
    }
    const truth = honest.result()!;
    expect(truth.plain.expectedError).toBeLessThan(0.01);
    for (const { meanProbability, low, high, pairs } of truth.plain.bins.filter(({ pairs: n }) => n > 500)) {
      expect(low - 0.01, `${pairs}`).toBeLessThan(meanProbability);
      expect(high + 0.01, `${pairs}`).toBeGreaterThan(meanProbability);
    }
    const { plain, isotonic } = boastful.result()!;
    expect(plain.expectedError).toBeGreaterThan(0.1);
    expect(isotonic.expectedError).toBeLessThan(0.01);
    expect(isotonic.brier).toBeLessThan(plain.brier);
  });

  it('says nothing where too little came true to learn from or to measure', () => {
    const collector = new CalibrationCollector(2);
    expect(collector.result(1)).toBeNull();
    collector.add(1, [0.5], 1, 0);
    expect(collector.result(1)).toBeNull();
    collector.add(2, [0.5], 1, -1);
    expect(collector.result(1)).toBeNull();
    collector.add(4, [], 0, -1);
    collector.add(5, [0.5], 1, 0);
    expect(collector.result(1)).not.toBeNull();
    expect(collector.result(2)).toBeNull();
    for (let session = 6; session < 62; session++) collector.add(session, [0.5], 1, 0);
    expect(collector.result()).toBeNull();
    for (let session = 62; session < 65; session++) collector.add(session, [0.5], 1, 0);
    expect(collector.result()).not.toBeNull();
  });

  it('keeps more answers than it made room for', () => {
    const collector = new CalibrationCollector(20);
    const shares = Array<number>(20).fill(0.05);
    for (let session = 0; session < 3000; session++) collector.add(session, shares, 20, 7);
    const { checked, plain } = collector.result()!;
    expect(checked.pairs).toBe(30_000);
    expect(plain.bins).toHaveLength(1);
    expect(plain.bins[0]!.observed).toBeCloseTo(0.05, 12);
  });
});
