import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dimension, type SearchSpace } from '../../../../src/evaluation/tuning/search-space.js';
import {
  fromUnit,
  settingsKey,
  spaceSize,
  toUnit,
  unitDimensions,
} from '../../../../src/evaluation/tuning/unit-space.js';

const only = (dimension: Dimension) => unitDimensions({ it: dimension })[0]!;

describe('toUnit and fromUnit', () => {
  it('spread a logarithmic number evenly over orders of magnitude', () => {
    const rate = only({ kind: 'real', low: 0.001, high: 10, log: true });
    expect([0, 0.25, 0.5, 0.75, 1].map((unit) => fromUnit(rate, unit))).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(toUnit(rate, 0.1)).toBeCloseTo(0.5, 12);
  });

  it('give every whole number the same room', () => {
    const die = only({ kind: 'whole', low: 1, high: 6 });
    const counts = new Map<unknown, number>();
    for (let n = 0; n < 600; n++) {
      const value = fromUnit(die, (n + 0.5) / 600);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts]).toEqual([1, 2, 3, 4, 5, 6].map((face) => [face, 100]));
  });

  it('keep values outside at the nearest end, and tell an unknown choice', () => {
    expect(toUnit(only({ kind: 'real', low: 1, high: 2 }), 5)).toBe(1);
    expect(toUnit(only({ kind: 'real', low: 1, high: 2 }), 0)).toBe(0);
    expect(toUnit(only({ kind: 'choice', values: ['a', 'b'] }), 'c')).toBe(-1);
  });

  it('undo each other, up to rounding, and stay inside', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Dimension>(
          { kind: 'real', low: -3, high: 7 },
          { kind: 'real', low: 0.01, high: 300, log: true },
          { kind: 'whole', low: 3, high: 90 },
          { kind: 'whole', low: 1, high: 500, log: true },
        ),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (dimension, unit) => {
          const it = only(dimension);
          const value = Number(fromUnit(it, unit));
          if (dimension.kind === 'choice') throw new Error('a number was asked for');
          expect(value).toBeGreaterThanOrEqual(dimension.low);
          expect(value).toBeLessThanOrEqual(dimension.high);
          expect(fromUnit(it, toUnit(it, value))).toBe(value);
        },
      ),
    );
  });
});

describe('spaceSize', () => {
  it('multiplies, and is infinite with a real number', () => {
    const space: SearchSpace = {
      kind: { kind: 'choice', values: ['a', 'b', 'c'] },
      size: { kind: 'whole', low: 5, high: 9 },
    };
    expect(spaceSize(space)).toBe(15);
    expect(spaceSize({})).toBe(1);
    expect(spaceSize({ ...space, rate: { kind: 'real', low: 0, high: 1 } })).toBe(Infinity);
  });
});

describe('settingsKey', () => {
  it('does not depend on the order of the names', () => {
    expect(settingsKey({ a: 1, b: 'x' })).toBe(settingsKey({ b: 'x', a: 1 }));
    expect(settingsKey({ a: 1 })).not.toBe(settingsKey({ a: '1' }));
  });
});
