import { type NormalEquations } from '../../src/tables/linear/session-regression.js';
import { type SparseMatrix } from '../../src/tables/linear/sparse-matrix.js';

/** [rows x columns], row-major, of a square sparse matrix. */
export function dense(matrix: SparseMatrix): Float64Array {
  const size = matrix.offsets.length - 1;
  const full = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let e = matrix.offsets[row]!; e < matrix.offsets[row + 1]!; e++)
      full[row * size + matrix.columns[e]!]! += matrix.values[e]!;
  }
  return full;
}

/** `(gram + lambda I)^-1 cross` by a dense Cholesky factorisation: [items x items], row-major. Takes items^3 steps. */
export function denseRidge({ gram, cross }: NormalEquations, lambda: number): Float64Array {
  const size = gram.offsets.length - 1;
  // The lower triangle becomes the factor L, row by row.
  const factor = dense(gram);
  for (let i = 0; i < size; i++) {
    factor[i * size + i]! += lambda;
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!;
    }
  }
  const solution = new Float64Array(size * size);
  const p = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    // L y = e_row, then L' p = y; both in p.
    p.fill(0);
    p[row] = 1;
    for (let i = row; i < size; i++) {
      let sum = p[i]!;
      for (let k = row; k < i; k++) sum -= factor[i * size + k]! * p[k]!;
      p[i] = sum / factor[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      const value = (p[i]! /= factor[i * size + i]!);
      for (let k = 0; k < i; k++) p[k]! -= factor[i * size + k]! * value;
    }
    for (let k = 0; k < size; k++) {
      for (let e = cross.offsets[k]!; e < cross.offsets[k + 1]!; e++)
        solution[row * size + cross.columns[e]!]! += p[k]! * cross.values[e]!;
    }
  }
  return solution;
}
