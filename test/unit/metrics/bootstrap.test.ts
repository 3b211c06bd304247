import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';
import { NextItemError } from '../../../src/errors.js';
import { bootstrap, comparePaired, intervalOf, type SessionSums } from '../../../src/metrics/bootstrap.js';

/** One column named `x`: per session the values of its prefixes. */
function table(sessions: readonly (readonly number[])[], firstNumber = 0): SessionSums {
  return {
    columns: ['x'],
    sessionNumbers: Uint32Array.from(sessions, (_, i) => firstNumber + i),
    prefixes: Uint32Array.from(sessions, (values) => values.length),
    sums: Float64Array.from(sessions, (values) => values.reduce((sum, value) => sum + value, 0)),
  };
}

const coin = (seed: number, p: number, n: number): number[][] => {
  const random = new Random(seed);
  return Array.from({ length: n }, () => [random.next() < p ? 1 : 0]);
};

describe('bootstrap by session', () => {
  it('takes the mean over prefixes, not over sessions', () => {
    expect(intervalOf(bootstrap(table([[1], [0, 0, 0]])), 'x').mean).toBe(0.25);
  });

  it('meets every resample of two sessions, and their interval', () => {
    // Sessions {1} and {0,0,0}: the resamples are 1 (both first), 0.25 (one each), 0 (both second).
    const boot = bootstrap(table([[1], [0, 0, 0]]), { resamples: 400 });
    const shares = [0, 0.25, 1].map((value) => boot.replicates.filter((x) => x === value).length / 400);
    expect(shares[0]! + shares[1]! + shares[2]!).toBe(1);
    expect(shares[0]).toBeCloseTo(0.25, 1);
    expect(shares[1]).toBeCloseTo(0.5, 1);
    expect(intervalOf(boot, 'x')).toEqual({ mean: 0.25, low: 0, high: 1 });
  });

  it('comes close to the normal interval of a proportion', () => {
    const { mean, low, high } = intervalOf(bootstrap(table(coin(3, 0.3, 2000))), 'x');
    const standardError = Math.sqrt((mean * (1 - mean)) / 2000);
    expect(low).toBeCloseTo(mean - 1.96 * standardError, 2);
    expect(high).toBeCloseTo(mean + 1.96 * standardError, 2);
    expect((high - low) / (2 * 1.96 * standardError)).toBeGreaterThan(0.9);
    expect((high - low) / (2 * 1.96 * standardError)).toBeLessThan(1.1);
  });

  it('widens when prefixes of a session agree, for then there are fewer independent cases', () => {
    const width = (sessions: number[][]): number => {
      const { low, high } = intervalOf(bootstrap(table(sessions)), 'x');
      return high - low;
    };
    const alone = coin(5, 0.5, 600);
    const agreeing = Array.from({ length: 60 }, (_, i) => Array<number>(10).fill(alone[i]![0]!));
    expect(width(agreeing)).toBeGreaterThan(2 * width(alone));
  });

  it('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { low, high } = intervalOf(
        bootstrap(table(coin(100 + seed, 0.4, 150)), { resamples: 300, confidence: 0.9 }),
        'x',
      );
      if (low <= 0.4 && 0.4 <= high) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.82);
    expect(covered / 200).toBeLessThan(0.97);
  });

  it('has no width for one session or for equal sessions', () => {
    expect(intervalOf(bootstrap(table([[0.2, 0.6]])), 'x')).toEqual({ mean: 0.4, low: 0.4, high: 0.4 });
    expect(intervalOf(bootstrap(table([[0.5], [0.5]])), 'x')).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });

  it('refuses no sessions and unknown columns', () => {
    expect(() => bootstrap(table([]))).toThrow(NextItemError);
    expect(() => intervalOf(bootstrap(table([[1]])), 'y')).toThrow(RangeError);
  });

  it('repeats itself for a seed and changes with it', () => {
    const sums = table(coin(1, 0.5, 100));
    expect(bootstrap(sums, { seed: 4 }).replicates).toEqual(bootstrap(sums, { seed: 4 }).replicates);
    expect(bootstrap(sums, { seed: 4 }).replicates).not.toEqual(bootstrap(sums, { seed: 5 }).replicates);
  });

  it('orders low <= high inside the range of the values', () => {
    const sessions = fc.array(fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(sessions, (values) => {
        const { mean, low, high } = intervalOf(bootstrap(table(values), { resamples: 50 }), 'x');
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values.flat()) - 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...values.flat()) + 1e-9);
        expect(mean).toBeCloseTo(values.flat().reduce((sum, x) => sum + x, 0) / values.flat().length, 10);
      }),
      { numRuns: 50 },
    );
  });
});

describe('paired comparison', () => {
  it('sees a constant advantage without any width, however noisy the sessions are', () => {
    const base = coin(9, 0.5, 64); // a power of two keeps the means exact
    const better = base.map(([x]) => [x! + 0.125]);
    const result = comparePaired(bootstrap(table(better)), bootstrap(table(base)), 'x');
    expect(result).toMatchObject({ difference: 0.125, low: 0.125, high: 0.125 });
    expect(result.pNotBetter).toBe(1 / 1001);
    expect(result.relative!.low).toBeGreaterThan(0);
  });

  it('is antisymmetric, and not better than itself', () => {
    const [a, b] = [bootstrap(table(coin(1, 0.6, 90))), bootstrap(table(coin(2, 0.5, 90)))];
    const [ab, ba] = [comparePaired(a, b, 'x'), comparePaired(b, a, 'x')];
    expect(ab.difference).toBeCloseTo(-ba.difference, 12);
    expect(ab.low).toBeCloseTo(-ba.high, 12);
    expect(comparePaired(a, a, 'x')).toMatchObject({ difference: 0, low: 0, high: 0, pNotBetter: 1 });
  });

  it('gives the relative difference where the base is never 0', () => {
    const base = table([[0.25], [0.25], [0.25]]);
    const twice = table([[0.5], [0.5], [0.5]]);
    expect(comparePaired(bootstrap(twice), bootstrap(base), 'x').relative).toEqual({
      mean: 1,
      low: 1,
      high: 1,
    });
    expect(comparePaired(bootstrap(base), bootstrap(table([[0], [0], [1]])), 'x').relative).toBeNull();
  });

  it('is refused when sessions, prefixes or draws differ', () => {
    const a = bootstrap(table([[1], [0]]));
    expect(() => comparePaired(a, bootstrap(table([[1], [0]], 7)), 'x')).toThrow(NextItemError);
    expect(() => comparePaired(a, bootstrap(table([[1], [0, 0]])), 'x')).toThrow(NextItemError);
    expect(() => comparePaired(a, bootstrap(table([[1], [0]]), { seed: 2 }), 'x')).toThrow(RangeError);
  });
});
