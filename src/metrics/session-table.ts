import { type SessionSums } from './bootstrap.js';

/**
 * Sums of measurements per session, all that a bootstrap by session needs. Memory: 8 bytes per session and column.
 * `add` allocates nothing except when the table grows.
 */
export class SessionTable {
  private readonly rowOf = new Map<number, number>();
  private sessionNumbers = new Uint32Array(64);
  private prefixCounts = new Uint32Array(64);
  private sums: Float64Array;
  private lastSession = -1;
  private lastRow = -1;
  /** Prefixes added so far. */
  prefixes = 0;

  /** @param columns what is measured at every prefix, such as `HR@20` */
  constructor(readonly columns: readonly string[]) {
    this.sums = new Float64Array(64 * columns.length);
  }

  /** Sessions seen so far. */
  get sessions(): number {
    return this.rowOf.size;
  }

  /**
   * Adds what was measured at one prefix.
   *
   * @param sessionNumber which session the prefix belongs to
   * @param values holds a value per column from `offset` on
   */
  add(sessionNumber: number, values: Float64Array, offset = 0): void {
    const row = this.rowFor(sessionNumber);
    const start = row * this.columns.length;
    for (let c = 0; c < this.columns.length; c++) this.sums[start + c]! += values[offset + c]!;
    this.prefixCounts[row]!++;
    this.prefixes++;
  }

  /** Sums per session, sessions in ascending order whatever the order they were added in. A copy. */
  sessionSums(): SessionSums {
    const width = this.columns.length;
    const order = Uint32Array.from({ length: this.sessions }, (_, i) => i).sort(
      (a, b) => this.sessionNumbers[a]! - this.sessionNumbers[b]!,
    );
    const sums = new Float64Array(order.length * width);
    order.forEach((row, i) => sums.set(this.sums.subarray(row * width, (row + 1) * width), i * width));
    return {
      columns: this.columns,
      sessionNumbers: order.map((row) => this.sessionNumbers[row]!),
      prefixes: order.map((row) => this.prefixCounts[row]!),
      sums,
    };
  }

  private rowFor(sessionNumber: number): number {
    if (sessionNumber === this.lastSession) return this.lastRow;
    let row = this.rowOf.get(sessionNumber);
    if (row === undefined) {
      row = this.rowOf.size;
      this.rowOf.set(sessionNumber, row);
      if (row === this.sessionNumbers.length) {
        this.sessionNumbers = grow(this.sessionNumbers);
        this.prefixCounts = grow(this.prefixCounts);
        const sums = new Float64Array(this.sums.length * 2);
        sums.set(this.sums);
        this.sums = sums;
      }
      this.sessionNumbers[row] = sessionNumber;
    }
    this.lastSession = sessionNumber;
    this.lastRow = row;
    return row;
  }
}

function grow(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(array.length * 2);
  grown.set(array);
  return grown;
}
