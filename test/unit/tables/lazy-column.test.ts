import { describe, expect, it } from 'vitest';
import { columnSum } from '../../../src/tables/column-sum.js';
import { LazyColumn } from '../../../src/tables/lazy-column.js';

describe('a lazy column', () => {
  it('gives what a column of 32-bit floats would hold, and works each value out once', () => {
    const asked: number[] = [];
    const values = [0.1, 1 / 3, NaN, Infinity, -2, 1e-300];
    const column = new LazyColumn(values.length, (index) => {
      asked.push(index);
      return values[index]!;
    });
    expect(asked).toEqual([]);
    for (const index of [4, 0, 2, 3, 1, 0, 2, 4]) expect(column.at(index)).toBe(Math.fround(values[index]!));
    expect(asked).toEqual([4, 0, 2, 3, 1]);
    // Too small for 32 bits, so 0: worked out each time, and always the same.
    expect([column.at(5), column.at(5)]).toEqual([0, 0]);
  });
});

describe('the sum of a column', () => {
  it('adds in order with 64 bits, and can always divide', () => {
    const column = Float32Array.from({ length: 1000 }, (_, i) => 1 / (7 + (i % 13)));
    expect(columnSum(column)).toBe(column.reduce((a, b) => a + b, 0));
    expect(columnSum(column)).toBe(columnSum(column));
    expect(columnSum(new Float32Array(3))).toBe(Number.MIN_VALUE);
    expect(columnSum(new Float32Array(0))).toBe(Number.MIN_VALUE);
  });
});
