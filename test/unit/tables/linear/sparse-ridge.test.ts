import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { type NormalEquations, sessionRegression } from '../../../../src/tables/linear/session-regression.js';
import { largestOfRidge, SparseRidge } from '../../../../src/tables/linear/sparse-ridge.js';
import {
  type SparseMatrix,
  SparseMatrixBuilder,
  SparseVector,
} from '../../../../src/tables/linear/sparse-matrix.js';
import { knownEvents } from '../../../../src/tables/known-events.js';
import { denseRidge } from '../../../support/dense-ridge.js';
import { eventTable } from '../../../support/event-table.js';

function sparse(rows: readonly (readonly number[])[]): SparseMatrix {
  const builder = new SparseMatrixBuilder(rows.length);
  for (const row of rows) {
    const vector = new SparseVector(rows.length);
    row.forEach((value, column) => vector.add(column, value));
    builder.append(vector);
  }
  return builder.finish();
}

/** SLIST's equations of sessions that wander among 40 items, so that no item is far from any other. */
function equationsOfAShop(): NormalEquations {
  const random = new Random(3);
  const sessions = Array.from({ length: 600 }, () => {
    const start = random.below(40);
    return Array.from({ length: 2 + random.below(6) }, () => `i${(start + random.below(6)) % 40}`);
  });
  const known = knownEvents(eventTable(sessions), sessions.length, sessions.length);
  return sessionRegression(known, {
    similarity: 0.6,
    transition: 0.4,
    context: 'past',
    deltaTrain: 1,
    deltaSession: Infinity,
  });
}

function solved(equations: NormalEquations, lambda: number, tolerance: number): Float64Array {
  const size = equations.gram.offsets.length - 1;
  const ridge = new SparseRidge(equations, lambda, tolerance);
  const solution = new Float64Array(size * size);
  const row = new SparseVector(size);
  for (let i = 0; i < size; i++) {
    ridge.addRow(i, row);
    solution.set(row.values, i * size);
    row.clear();
  }
  return solution;
}

describe('SparseRidge', () => {
  // (gram + 10 I)^-1 = [[10.125, -.125], [-.125, 10.625]] / 107.5625
  const byHand: NormalEquations = {
    gram: sparse([
      [0.625, 0.125],
      [0.125, 0.125],
    ]),
    cross: sparse([
      [0.25, 0.75],
      [0.25, 0.25],
    ]),
  };
  const solution = [2.5, 7.5625, 2.625, 2.5625].map((value) => value / 107.5625);

  it('solves two items', () => {
    solved(byHand, 10, 1e-13).forEach((value, i) => expect(value).toBeCloseTo(solution[i]!, 12));
  });

  it('stops at the tolerance: the first step alone when it is large', () => {
    const rough = solved(byHand, 10, 1);
    expect(rough[0]).toBeCloseTo(0.25 / 10.625, 12);
    expect(rough[1]).toBeCloseTo(0.75 / 10.625, 12);
  });

  it('is the dense solution when the tolerance is small, and near it at the default', () => {
    const equations = equationsOfAShop();
    const exact = denseRidge(equations, 10);
    const largest = Math.max(...exact);
    const furthest = (tolerance: number) =>
      Math.max(...solved(equations, 10, tolerance).map((value, i) => Math.abs(value - exact[i]!)));
    expect(furthest(1e-13)).toBeLessThan(1e-11);
    expect(furthest(1e-3)).toBeLessThan(0.01 * largest);
    expect(furthest(1e-3)).toBeGreaterThan(1e-9);
  });

  it('keeps the largest entries of each row', () => {
    const { offsets, columns, values } = largestOfRidge(byHand, 10, 1e-13, 1);
    expect([...offsets]).toEqual([0, 1, 2]);
    expect([...columns]).toEqual([1, 0]);
    expect(values[0]).toBeCloseTo(solution[1]!, 12);
    expect(values[1]).toBeCloseTo(solution[2]!, 12);
  });

  it('leaves an item without events without a row', () => {
    const zero = sparse([[0]]);
    expect(largestOfRidge({ gram: zero, cross: zero }, 10, 1e-3, 5).values).toHaveLength(0);
  });
});
