import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/domain/random.js';

const draws = (random: Random, n: number) => Array.from({ length: n }, () => random.next());

describe('Random', () => {
  it('repeats itself for one seed and differs for another', () => {
    expect(draws(new Random(7), 50)).toEqual(draws(new Random(7), 50));
    expect(draws(new Random(7), 50)).not.toEqual(draws(new Random(8), 50));
  });

  it('spreads evenly over [0, 1) and normally around 0', () => {
    const random = new Random(1);
    const uniform = draws(random, 20_000);
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
  });

  it('shuffles without losing anything', () => {
    const values = Uint32Array.from({ length: 100 }, (_, i) => i);
    const shuffled = new Random(3).shuffle(values.slice());
    expect(shuffled).not.toEqual(values);
    expect(shuffled.sort()).toEqual(values);
  });
});
