import { TopN } from '../top-n.js';
import { type NormalEquations } from './session-regression.js';
import { type SparseMatrix, SparseMatrixBuilder, SparseVector } from './sparse-matrix.js';

/**
 * Rows of a ridge regression's solution `B = (gram + lambda I)^-1 cross`, one at a time and sparse, without the inverse
 * of [items x items] numbers that the closed form asks for.
 *
 * Row i is `p' cross` where p solves `(gram + lambda I) p = e_i`. That p is local: it is found by coordinate descent,
 * starting from p = 0 with the residual r = e_i, always setting a coordinate k whose |r_k| is above the tolerance to
 * its best value (`p_k += r_k / a_kk`, and r loses that multiple of column k) until there is none. Each step lowers the
 * error's energy by r_k^2 / a_kk, so it ends, and then `max |r| <= tolerance` and `||p - exact|| <= ||r|| / lambda`: the
 * tolerance is the only approximation. At 0.0001 Diginetica's 43,097 rows take 15 seconds, and SLIST's HR@20 and MRR@20 are those
 * of 0.000001 to within 0.0005; on the first 100,000 events of Yoochoose they are the dense inverse's to within 0.0002.
 */
export class SparseRidge {
  private readonly diagonal: Float64Array;
  private readonly residual: SparseVector;
  private readonly solution: SparseVector;
  /** Coordinates to look at, in a ring; each at most once. */
  private readonly queue: Uint32Array;
  private readonly queued: Uint8Array;

  private readonly gram: SparseMatrix;
  private readonly cross: SparseMatrix;

  /**
   * @param equations `gram` symmetric and positive semidefinite
   * @param lambda ridge penalty, above 0
   * @param tolerance above 0
   */
  constructor(
    { gram, cross }: NormalEquations,
    private readonly lambda: number,
    private readonly tolerance: number,
  ) {
    this.gram = gram;
    this.cross = cross;
    const size = gram.offsets.length - 1;
    this.diagonal = new Float64Array(size).fill(lambda);
    for (let row = 0; row < size; row++) {
      for (let e = gram.offsets[row]!; e < gram.offsets[row + 1]!; e++)
        if (gram.columns[e] === row) this.diagonal[row]! += gram.values[e]!;
    }
    this.residual = new SparseVector(size);
    this.solution = new SparseVector(size);
    this.queue = new Uint32Array(size);
    this.queued = new Uint8Array(size);
  }

  /** Adds a row of B to `out`. */
  addRow(row: number, out: SparseVector): void {
    const { gram, lambda, tolerance, diagonal, residual, solution, queue, queued } = this;
    const size = diagonal.length;
    residual.add(row, 1);
    queue[0] = row;
    queued[row] = 1;
    for (let head = 0, waiting = 1; waiting > 0; waiting--) {
      const k = queue[head]!;
      head = head + 1 === size ? 0 : head + 1;
      queued[k] = 0;
      const step = residual.values[k]! / diagonal[k]!;
      solution.add(k, step);
      residual.add(k, -lambda * step);
      for (let e = gram.offsets[k]!, end = gram.offsets[k + 1]!; e < end; e++) {
        const j = gram.columns[e]!;
        residual.add(j, -gram.values[e]! * step);
        if (queued[j] === 0 && j !== k && Math.abs(residual.values[j]!) > tolerance) {
          queued[j] = 1;
          queue[(head + waiting - 1) % size] = j;
          waiting++;
        }
      }
    }
    for (let n = 0; n < solution.count; n++) {
      const k = solution.places[n]!;
      out.addRow(this.cross, k, solution.values[k]!);
    }
    residual.clear();
    solution.clear();
  }
}

/** The solution B of {@link SparseRidge}, each row cut to its largest entries above 0. */
export function largestOfRidge(
  equations: NormalEquations,
  lambda: number,
  tolerance: number,
  rowLength: number,
): SparseMatrix {
  const items = equations.gram.offsets.length - 1;
  const ridge = new SparseRidge(equations, lambda, tolerance);
  const row = new SparseVector(items);
  const model = new SparseMatrixBuilder(items);
  const top = new TopN(rowLength);
  for (let item = 0; item < items; item++) {
    ridge.addRow(item, row);
    model.appendLargest(row, top);
    row.clear();
  }
  return model.finish();
}
