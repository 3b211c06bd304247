import { describe, expect, it } from 'vitest';
import {
  type SparseMatrix,
  SparseMatrixBuilder,
  SparseVector,
} from '../../../../src/tables/linear/sparse-matrix.js';
import { walkWithRestart, type WalkWithRestart } from '../../../../src/tables/linear/walk-with-restart.js';
import { dense } from '../../../support/dense-ridge.js';

function sparse(rows: readonly (readonly number[])[]): SparseMatrix {
  const builder = new SparseMatrixBuilder(rows.length);
  for (const row of rows) {
    const vector = new SparseVector(rows.length);
    row.forEach((value, column) => vector.add(column, value));
    builder.append(vector);
  }
  return builder.finish();
}

const EXACT: WalkWithRestart = { walk: 0.5, jump: 0.5, smallestShare: 1e-12, rowLength: 10 };
/** 0 leads to 1, 1 half to 0 and half to 2, 2 nowhere. */
const R = sparse([
  [0, 1, 0],
  [0.5, 0, 0.5],
  [0, 0, 0],
]);
/** 0 and 2 are alike, 1 is like nothing. */
const S = sparse([
  [0, 0, 1],
  [0, 0, 0],
  [1, 0, 0],
]);

function expectMatrix(matrix: SparseMatrix, expected: readonly number[], digits = 9): void {
  expect(dense(matrix)).toHaveLength(expected.length);
  dense(matrix).forEach((value, at) => expect(value, `entry ${at}`).toBeCloseTo(expected[at]!, digits));
}

describe('walkWithRestart', () => {
  it('sums where walkers end, by hand', () => {
    // Walks alone (jump 0), from 1: half of the walkers stay; half go on, to 0 and 2 evenly; those at 0 go to 1, and so on.
    // Let x be what ends at 1 starting at 1: x = .5 + .5 * .5 * .5 x.
    const x = 0.5 / (1 - 0.125);
    const fromOne = [0.25 * x, x, 0.25 * x];
    const fromZero = [0.5 + 0.5 * fromOne[0]!, 0.5 * fromOne[1]!, 0.5 * fromOne[2]!];
    expectMatrix(walkWithRestart(R, S, { ...EXACT, jump: 0 }), [...fromZero, ...fromOne, 0, 0, 0.5]);
  });

  it('starts at similar items in part: T = jump S + (1 - jump) I', () => {
    const walked = dense(walkWithRestart(R, S, { ...EXACT, jump: 0 }));
    const row = (item: number) => [...walked.subarray(3 * item, 3 * item + 3)];
    const mixed = (own: number, other: number) =>
      row(own).map((value, k) => 0.25 * value + 0.75 * row(other)[k]!);
    expectMatrix(walkWithRestart(R, S, { ...EXACT, jump: 0.75 }), [
      ...mixed(0, 2),
      // Nothing is like 1: those who jump are lost.
      ...row(1).map((value) => 0.25 * value),
      ...mixed(2, 0),
    ]);
  });

  it('does not follow a share of walkers below the smallest', () => {
    // From 0: .5 stay, .5 would move on; only shares of .3 and more do: .25 at 1 is the last.
    expectMatrix(
      walkWithRestart(R, S, { ...EXACT, jump: 0, smallestShare: 0.3 }),
      [0.5, 0.25, 0, 0.125, 0.5, 0.125, 0, 0, 0.5],
    );
  });

  it('keeps the largest entries of a row, the largest first', () => {
    const { offsets, columns } = walkWithRestart(R, S, { ...EXACT, jump: 0, rowLength: 2 });
    expect([...offsets]).toEqual([0, 2, 4, 5]);
    // The tie between 0 and 2 goes to the lower number.
    expect([...columns]).toEqual([0, 1, 1, 0, 2]);
  });

  it('teleports and stays when nobody walks', () => {
    expectMatrix(
      walkWithRestart(R, S, { ...EXACT, walk: 0, jump: 0.25 }),
      [0.75, 0, 0.25, 0, 0.75, 0, 0.25, 0, 0.75],
    );
  });
});
