import { describe, expect, it } from 'vitest';
import {
  halvingPlan,
  plannedMeasurements,
  survivors,
} from '../../../../src/evaluation/tuning/successive-halving.js';

const results = (...values: number[]) => values.map((value, n) => ({ trial: 10 + n, value }));

describe('halvingPlan', () => {
  it('gives every rung the same cost', () => {
    const { shares, roundSize } = halvingPlan(3, 3);
    expect(shares).toEqual([1 / 9, 1 / 3, 1]);
    expect(roundSize).toBe(9);
    expect(halvingPlan(1, 3)).toEqual({ shares: [1], factor: 3, roundSize: 1 });
  });
});

describe('survivors', () => {
  it('lets the best third go on', () => {
    expect(survivors(results(0.1, 0.9, 0.2, 0.3, 0.8, 0.7, 0.4, 0.5, 0.6), 3)).toEqual([11, 14, 15]);
  });

  it('takes the earlier of equal ones, and rounds the third down', () => {
    expect(survivors(results(0.5, 0.5, 0.5, 0.5, 0.5), 3)).toEqual([10]);
    expect(survivors(results(0.1, 0.5, 0.5, 0.5, 0.5, 0.5), 3)).toEqual([11, 12]);
  });

  it('keeps one of few, but never one that failed', () => {
    expect(survivors(results(0.2, 0.4), 3)).toEqual([11]);
    expect(survivors(results(-Infinity, -Infinity), 3)).toEqual([]);
    expect(survivors([], 3)).toEqual([]);
  });

  it('lets an exempt trial go on besides the others', () => {
    expect(survivors(results(0.1, 0.9, 0.2, 0.3, 0.8, 0.7), 3, 10)).toEqual([10, 11, 14]);
    expect(survivors(results(0.9, 0.1, 0.2), 3, 10)).toEqual([10]);
  });
});

describe('plannedMeasurements', () => {
  it('adds up the rungs of all rounds', () => {
    const plan = halvingPlan(3, 3);
    expect(plannedMeasurements(9, plan, false)).toBe(9 + 3 + 1);
    expect(plannedMeasurements(15, plan, true)).toBe(9 + 3 + 1 + 6 + 2 + 1 + 2);
    expect(plannedMeasurements(1, plan, true)).toBe(3);
  });
});
