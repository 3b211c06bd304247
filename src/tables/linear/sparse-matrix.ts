import { type TopN } from '../top-n.js';

/** Rows of (column, value), compressed: what is not stored is 0. No order inside a row is promised, no column twice. */
export interface SparseMatrix {
  /** [rows + 1] where each row starts. */
  readonly offsets: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** A vector that is mostly 0: adds up in a dense array, remembers what was touched, and clears only that. */
export class SparseVector {
  /** Entries that were touched since {@link clear}. */
  count = 0;
  /** [count] their places, in the order of the first touch. */
  readonly places: Uint32Array;
  /** [size] the values; 0 where untouched. */
  readonly values: Float64Array;
  private readonly touched: Uint8Array;

  constructor(size: number) {
    this.places = new Uint32Array(size);
    this.values = new Float64Array(size);
    this.touched = new Uint8Array(size);
  }

  add(place: number, value: number): void {
    if (this.touched[place] === 0) {
      this.touched[place] = 1;
      this.places[this.count++] = place;
    }
    this.values[place]! += value;
  }

  /** Adds `factor` times a row of a matrix. */
  addRow(matrix: SparseMatrix, row: number, factor: number): void {
    const { columns, values } = matrix;
    for (let e = matrix.offsets[row]!, end = matrix.offsets[row + 1]!; e < end; e++) {
      this.add(columns[e]!, values[e]! * factor);
    }
  }

  clear(): void {
    for (let n = 0; n < this.count; n++) {
      const place = this.places[n]!;
      this.values[place] = 0;
      this.touched[place] = 0;
    }
    this.count = 0;
  }
}

/** Builds a {@link SparseMatrix} row by row, in order. */
export class SparseMatrixBuilder {
  private readonly offsets: Uint32Array;
  private columns = new Uint32Array(1024);
  private values = new Float64Array(1024);
  private rows = 0;
  private used = 0;

  constructor(rows: number) {
    this.offsets = new Uint32Array(rows + 1);
  }

  /** The next row: every touched entry that is not 0. */
  append(row: SparseVector): void {
    this.reserve(row.count);
    for (let n = 0; n < row.count; n++) {
      const column = row.places[n]!;
      const value = row.values[column]!;
      if (value !== 0) this.put(column, value);
    }
    this.offsets[++this.rows] = this.used;
  }

  /** The next row: its largest entries above 0, at most as many as `top` holds, the largest first. */
  appendLargest(row: SparseVector, top: TopN): void {
    top.reset();
    for (let n = 0; n < row.count; n++) {
      const column = row.places[n]!;
      const value = row.values[column]!;
      if (value > 0) top.push(column, value);
    }
    top.sort();
    this.reserve(top.count);
    for (let n = 0; n < top.count; n++) this.put(top.ids[n]!, top.scores[n]!);
    this.offsets[++this.rows] = this.used;
  }

  finish(): SparseMatrix {
    return {
      offsets: this.offsets,
      columns: this.columns.slice(0, this.used),
      values: this.values.slice(0, this.used),
    };
  }

  private put(column: number, value: number): void {
    this.columns[this.used] = column;
    this.values[this.used++] = value;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.columns.length) return;
    const capacity = 2 * this.columns.length + more;
    const columns = new Uint32Array(capacity);
    columns.set(this.columns.subarray(0, this.used));
    this.columns = columns;
    const values = new Float64Array(capacity);
    values.set(this.values.subarray(0, this.used));
    this.values = values;
  }
}

/** Scales every row with a sum above 0 to the sum 1, in place. For matrices without negative values. */
export function normaliseRows(matrix: SparseMatrix): void {
  for (let row = 0; row + 1 < matrix.offsets.length; row++) {
    const values = matrix.values.subarray(matrix.offsets[row], matrix.offsets[row + 1]);
    let sum = 0;
    for (const value of values) sum += value;
    if (sum > 0) for (let e = 0; e < values.length; e++) values[e]! /= sum;
  }
}
